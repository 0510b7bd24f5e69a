using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;
using WebCoord.Server.Contract;

namespace WebCoord.Server.Rest;

/// <summary>The description of the API for programs, <c>/swagger/v1/swagger.json</c>, and for people,
/// <c>/swagger</c>.</summary>
internal static class OpenApi
{
    private const string Document = "v1";

    public static IServiceCollection AddOpenApiDocument(this IServiceCollection services)
    {
        services.AddEndpointsApiExplorer();

        // The bodies are read and written with these options, so they are described with them.
        services.AddSingleton<ISerializerDataContractResolver>(
            new JsonSerializerDataContractResolver(ContractJson.Options));
        services.AddSwaggerGen(Describe);
        return services;
    }

    public static IApplicationBuilder UseOpenApiDocument(this IApplicationBuilder app) => app
        .UseSwagger()
        .UseSwaggerUI(page =>
        {
            page.DocumentTitle = "WebCoord";
            page.SwaggerEndpoint($"{Document}/swagger.json", "WebCoord");
            page.DisplayOperationId();
            page.DisplayRequestDuration();
            page.EnableTryItOutByDefault();
        });

    private static void Describe(SwaggerGenOptions options)
    {
        options.SwaggerDoc(Document, new OpenApiInfo
        {
            Title = "WebCoord",
            Version = Document,
            Description = "A coordination service: a tree of small versioned nodes, sessions, ephemeral and sequential "
                + "nodes, one-shot watches. Every failure is a problem document (RFC 9457).",
            License = new OpenApiLicense { Name = "Apache-2.0" },
        });
        options.SupportNonNullableReferenceTypes();
        options.IncludeXmlComments(typeof(OpenApi).Assembly);
        options.CustomOperationIds(description => description.ActionDescriptor.EndpointMetadata
            .OfType<IEndpointNameMetadata>().LastOrDefault()?.EndpointName);
        options.TagActionsBy(description => [.. description.ActionDescriptor.EndpointMetadata.OfType<ITagsMetadata>()
            .SelectMany(tags => tags.Tags).DefaultIfEmpty("other").Take(1)]);
        options.AddSecurityDefinition("basic", new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "basic",
            Description = "A name and a password are ZooKeeper's digest identity; ACLs give it rights.",
        });
        options.SchemaFilter<OpenApiSchemas>();
        options.OperationFilter<OpenApiOperations>();
        options.DocumentFilter<OpenApiSecurity>();
    }
}
