using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace WebCoord.Server.Rest;

/// <summary>Says that credentials may be sent with every call, and that none need be.</summary>
internal sealed class OpenApiSecurity : IDocumentFilter
{
    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context) => swaggerDoc.Security =
    [
        [],
        new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("basic", swaggerDoc)] = [] },
    ];
}
