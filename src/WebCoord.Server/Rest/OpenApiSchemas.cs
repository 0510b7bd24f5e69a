using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace WebCoord.Server.Rest;

/// <summary>Says of each field whether it may be null, as its declaration does, and cleans the descriptions of the
/// marks of source text.</summary>
internal sealed partial class OpenApiSchemas : ISchemaFilter
{
    public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
    {
        if (schema is not OpenApiSchema { Properties: { } properties } whole)
        {
            return;
        }

        whole.Description = Clean(whole.Description);
        var nullability = new NullabilityInfoContext();
        foreach (var property in context.Type.GetProperties())
        {
            if (properties.TryGetValue(JsonNamingPolicy.CamelCase.ConvertName(property.Name), out var field)
                && field is OpenApiSchema described)
            {
                described.Description = Clean(described.Description);
                if (nullability.Create(property).ReadState == NullabilityState.NotNull)
                {
                    described.Type &= ~JsonSchemaType.Null;
                }
            }
        }
    }

    /// <summary>A description without the marks of source text.</summary>
    public static string? Clean(string? description) =>
        description is null ? null : Space().Replace(Reference().Replace(description, FieldName), " ");

    private static string FieldName(Match reference) =>
        JsonNamingPolicy.CamelCase.ConvertName(reference.Groups["name"].Value);

    [GeneratedRegex(@"\bWebCoord(\.\w+)*\.(?<name>\w+)")]
    private static partial Regex Reference();

    [GeneratedRegex(@"\s*\n\s*")]
    private static partial Regex Space();
}
