using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;
using WebCoord.Core.Tree;
using WebCoord.Server.Contract;

namespace WebCoord.Server.Rest;

/// <summary>Completes what is found in the code: the path of a znode as one parameter, what statuses mean, headers and
/// examples.</summary>
internal sealed class OpenApiOperations : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<PathPrefix>().Any())
        {
            operation.Parameters = [PathParameter(), .. operation.Parameters ?? []];
        }

        foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
        {
            Complete(parameter, context);
        }

        AddRequestExample(operation);
        operation.Responses = Ordered(operation.Responses ?? []);
        foreach (var (status, response) in operation.Responses)
        {
            if (response is OpenApiResponse described)
            {
                var number = int.Parse(status, CultureInfo.InvariantCulture);
                described.Headers = OpenApiHeaders.Of(operation.OperationId ?? "",
                    context.ApiDescription.HttpMethod ?? "", number);
                Complete(described, operation.OperationId ?? "", number);
            }
        }
    }

    private static OpenApiResponses Ordered(OpenApiResponses responses)
    {
        var ordered = new OpenApiResponses();
        foreach (var (status, response) in responses.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            ordered.Add(status, response);
        }

        return ordered;
    }

    private static OpenApiParameter PathParameter() => new()
    {
        Name = "path",
        In = ParameterLocation.Path,
        Required = true,
        Description = "The path of the node without the leading slash, such as app/db/leader. It is one parameter: a "
            + "client may send the slashes inside as they are or as %2F; a leading %2F is accepted, and %2F alone is "
            + "the root.",
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        Example = "app/db/leader",
    };

    /// <summary>Says which words a parameter takes that is text in the code.</summary>
    private static void Complete(OpenApiParameter parameter, OperationFilterContext context)
    {
        parameter.Description = OpenApiSchemas.Clean(parameter.Description);
        parameter.Schema = parameter.Name switch
        {
            "mode" => context.SchemaGenerator.GenerateSchema(typeof(CreateMode), context.SchemaRepository),
            "encoding" => context.SchemaGenerator.GenerateSchema(typeof(DataEncoding), context.SchemaRepository),
            "consistency" => OneOf("linearizable", "local"),
            "include" => OneOf("stat", "data", "stat,data"),
            _ => parameter.Schema,
        };
    }

    private static OpenApiSchema OneOf(params string[] words) => new()
    {
        Type = JsonSchemaType.String,
        Enum = [.. words.Select(word => JsonValue.Create(word))],
    };

    private static void AddRequestExample(OpenApiOperation operation)
    {
        if (operation.RequestBody is OpenApiRequestBody { Content: { } content } body)
        {
            body.Required = true;
            foreach (var media in content.Values.OfType<OpenApiMediaType>())
            {
                media.Example = OpenApiExamples.Request(operation.OperationId);
            }
        }
    }

    private static void Complete(OpenApiResponse response, string operationId, int status)
    {
        foreach (var (type, media) in response.Content ?? new Dictionary<string, OpenApiMediaType>())
        {
            media.Example = type == ProblemBody.ContentType ? ProblemExample(status)
                : OpenApiExamples.Response(operationId, type) ?? media.Example;
            if (type == TreeStream.Lines)
            {
                media.Schema = new OpenApiSchema { Type = JsonSchemaType.String };
            }
        }

        if (status >= 400)
        {
            var kinds = KindsOf(status).DefaultIfEmpty(ProblemCatalog.OfStatus(status));
            response.Description = string.Join(" ", kinds.Select(kind => $"{kind.Code}: {kind.Meaning}"));
        }
    }

    private static IEnumerable<ProblemKind> KindsOf(int status) =>
        ProblemCatalog.All.Values.Where(kind => kind.Status == status);

    private static JsonNode? ProblemExample(int status)
    {
        var kind = KindsOf(status).FirstOrDefault() ?? ProblemCatalog.OfStatus(status);
        var problem = Problems.Of(kind, kind.Meaning) with { Status = status, Zxid = "4294967299" };
        return JsonSerializer.SerializeToNode(problem, ContractJson.Options);
    }
}
