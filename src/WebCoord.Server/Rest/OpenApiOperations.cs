using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;
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

        AddRequestExample(operation);
        operation.Responses = Ordered(operation.Responses ?? []);
        foreach (var (status, response) in operation.Responses)
        {
            if (response is OpenApiResponse described)
            {
                Complete(described, operation.OperationId ?? "", int.Parse(status, CultureInfo.InvariantCulture));
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
        var zxid = new OpenApiHeader
        {
            Description = "The zxid of the state that the answer is from; of a write, its own.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        };
        response.Headers ??= new Dictionary<string, IOpenApiHeader>();
        response.Headers[WebCoordHeaders.Zxid] = zxid;
        foreach (var (type, media) in response.Content ?? new Dictionary<string, OpenApiMediaType>())
        {
            media.Example = type == ProblemBody.ContentType ? ProblemExample(status)
                : OpenApiExamples.Response(operationId) ?? media.Example;
        }

        if (status >= 400)
        {
            response.Description = string.Join(" ", KindsOf(status).Select(kind => $"{kind.Code}: {kind.Meaning}"));
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
