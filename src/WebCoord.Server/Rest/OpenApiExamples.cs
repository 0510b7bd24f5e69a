using System.Text.Json.Nodes;

namespace WebCoord.Server.Rest;

/// <summary>One example of a request and of an answer for each operation that has a JSON body.</summary>
internal static class OpenApiExamples
{
    private const string Stat = """
        {
          "czxid": "4294967298", "mzxid": "4294967299", "pzxid": "4294967298",
          "ctime": "2026-01-31T09:30:00.000Z", "mtime": "2026-01-31T09:30:05.250Z",
          "version": 1, "cversion": 0, "aversion": 0, "dataLength": 5, "numChildren": 0, "kind": "persistent"
        }
        """;

    private const string Written =
        $$"""{ "path": "/app/db/leader", "etag": "\"4294967299.1\"", "stat": {{Stat}} }""";

    private const string Acl = """[{ "scheme": "world", "id": "anyone", "permissions": ["read"] }]""";

    private const string Session =
        """
        {
          "sessionId": "0x0100000100000002", "timeoutMs": 10000, "expiresInMs": 8500,
          "ephemerals": ["/app/workers/w-0000000001"], "connections": 0
        }
        """;

    private const string Settings = """
        {
          "tickMs": 500, "minTimeoutMs": 2000, "maxTimeoutMs": 60000, "maxDataBytes": 1048000,
          "maxTransactionBytes": 1048000, "maxNodes": 10000000, "maxBytes": 4294967296, "maxRecursiveDelete": 10000,
          "enforceQuota": false, "containerNeverUsedMs": 0
        }
        """;

    private const string TreeLines =
        """
        {"path":"/app/db"}
        {"path":"/app/db/leader","data":"hello","encoding":"utf8"}
        {"end":true,"zxid":"4294967299"}

        """;

    private static readonly Dictionary<string, string> Requests = new(StringComparer.Ordinal)
    {
        ["putNode"] = """{ "data": "hello" }""",
        ["createNode"] = """{ "data": "hello", "mode": "persistent", "createParents": true }""",
        ["putAcl"] = $$"""{ "acl": {{Acl}} }""",
        ["openSession"] = """{ "timeoutMs": 10000 }""",
        ["putSettings"] = Settings,
        ["acceptLogLoss"] = """{ "keep": "state" }""",
        ["commitTransaction"] = """
            {
              "operations": [
                { "op": "check", "path": "/app/db/leader", "version": 1 },
                { "op": "put", "path": "/app/db/term", "data": "7" }
              ]
            }
            """,
    };

    private static readonly Dictionary<string, string> Responses = new(StringComparer.Ordinal)
    {
        ["getNode"] = $$"""
            {
              "path": "/app/db/leader", "data": "hello", "encoding": "utf8", "etag": "\"4294967299.1\"",
              "stat": {{Stat}}
            }
            """,
        ["putNode"] = Written,
        ["createNode"] = Written,
        ["putData"] = Written,
        ["createData"] = Written,
        ["listChildren"] = $$"""
            { "path": "/app/db", "stat": {{Stat}}, "children": [{ "name": "leader", "path": "/app/db/leader" }] }
            """,
        ["getTree"] = """
            {
              "zxid": "4294967299",
              "nodes": [
                { "path": "/app/db" },
                { "path": "/app/db/leader", "data": "hello", "encoding": "utf8" }
              ]
            }
            """,
        ["getAcl"] = $$"""{ "path": "/app/db/leader", "acl": {{Acl}}, "etag": "\"4294967298.a0\"" }""",
        ["putAcl"] = $$"""{ "path": "/app/db/leader", "acl": {{Acl}}, "etag": "\"4294967298.a1\"" }""",
        ["openSession"] = """
            {
              "sessionId": "0x0100000100000002", "token": "0x0100000100000002.q83vEjRWeJq83vEjRWeJqw",
              "timeoutMs": 10000
            }
            """,
        ["getSession"] = Session,
        ["touchSession"] = Session,
        ["listSessions"] = $$"""{ "sessions": [{{Session}}] }""",
        ["getSettings"] = Settings,
        ["putSettings"] = Settings,
        ["getCluster"] = """
            {
              "log": {
                "kind": "redis", "durability": "fsync", "shared": true, "available": true, "lost": false,
                "silentMs": 240
              },
              "epoch": 1, "zxid": "4294967299", "featureLevel": 2, "sessions": 1,
              "instances": [{
                "id": "8192631720435712", "name": "coord-1:5080", "address": "http://localhost:5080", "isThis": true,
                "lastHeartbeat": "2026-01-31T09:30:05.250Z", "appliedZxid": "4294967299", "lag": 0,
                "connections": 0, "watches": 0, "sessions": 0
              }]
            }
            """,
        ["commitTransaction"] = $$"""
            {
              "zxid": "4294967299",
              "results": [
                { "op": "check", "path": "/app/db/leader", "code": "ok" },
                { "op": "put", "path": "/app/db/term", "code": "ok", "etag": "\"4294967299.1\"", "stat": {{Stat}} }
              ]
            }
            """,
        ["acceptLogLoss"] = """{ "keep": "state", "zxid": "4294967299" }""",
        ["sync"] = """{ "zxid": "4294967299" }""",
    };

    public static JsonNode? Request(string? operationId) => Find(Requests, operationId);

    /// <param name="type">The media type of the answer.</param>
    public static JsonNode? Response(string operationId, string type) => type switch
    {
        TreeStream.Lines => JsonValue.Create(TreeLines),
        "application/octet-stream" => JsonValue.Create("hello"),
        _ => Find(Responses, operationId),
    };

    private static JsonNode? Find(Dictionary<string, string> examples, string? operationId) =>
        examples.GetValueOrDefault(operationId ?? "") is { } text ? JsonNode.Parse(text) : null;
}
