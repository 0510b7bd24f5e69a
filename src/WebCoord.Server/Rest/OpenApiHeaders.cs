using Microsoft.OpenApi;

namespace WebCoord.Server.Rest;

/// <summary>The headers of answers, by operation and status.</summary>
internal static class OpenApiHeaders
{
    private static readonly HashSet<string> TaggedReads =
        ["getNode", "headNode", "getData", "listChildren", "getAcl"];

    private static readonly HashSet<string> TaggedWrites =
        ["putNode", "createNode", "putData", "createData", "putAcl"];

    private static readonly HashSet<string> StatReads = ["headNode", "getData"];

    private static readonly string[] StatFields =
    [
        "Czxid", "Mzxid", "Pzxid", "Ctime", "Mtime", "Version", "Cversion", "Aversion", "Ephemeral-Owner",
        "Data-Length", "Num-Children", "Kind", "Ttl-Ms",
    ];

    public static Dictionary<string, IOpenApiHeader> Of(string operationId, string method, int status)
    {
        var headers = new Dictionary<string, IOpenApiHeader>();
        var succeeds = status < 300;
        var reads = TaggedReads.Contains(operationId);
        var writes = TaggedWrites.Contains(operationId);
        Add(WebCoordHeaders.Zxid, "The zxid of the state that the answer is from; of a write, its own.");
        AddIf(!HttpMethods.IsGet(method) && !HttpMethods.IsHead(method), WebCoordHeaders.Durability,
            "What the log promises of an acknowledged write: fsync, everysec, none or unknown.");
        AddIf((reads && (succeeds || status is 304 or 404)) || (writes && succeeds)
            || (status == 412), "ETag",
            "The present entity tag, quotes included; absent on answers without one.");
        AddIf(reads && (succeeds || status is 304 or 404), "Preference-Applied", "On a long poll by Prefer: wait.");
        AddIf(status == 201, "Location", "Where what was created is found.");
        AddIf(operationId == "listChildren" && succeeds, "Link", "The next page, with rel=\"next\", unless it is the "
            + "last.");
        AddIf(status is 429 or 503, "Retry-After", "Seconds to wait before trying again.");
        AddIf((HttpMethods.IsGet(method) || HttpMethods.IsHead(method)) && (succeeds || status is 304 or 404),
            WebCoordHeaders.Stale, "On an answer that may be old: for how many ms the log has not answered.");
        AddIf(status == 401, "WWW-Authenticate", "How to send credentials.");
        foreach (var field in StatFields)
        {
            AddIf(StatReads.Contains(operationId) && succeeds, WebCoordHeaders.StatPrefix + field,
                "As in the stat of a node; absent where the stat has null.");
        }

        AddIf(operationId == "getData" && succeeds, WebCoordHeaders.DataNull,
            "true for null data, whose body is empty as that of empty data; else absent.");
        return headers;

        void AddIf(bool declared, string name, string description)
        {
            if (declared)
            {
                Add(name, description);
            }
        }

        void Add(string name, string description) => headers[name] = new OpenApiHeader
        {
            Description = description,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        };
    }
}
