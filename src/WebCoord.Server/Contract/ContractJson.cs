using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using WebCoord.Core.Tree;

namespace WebCoord.Server.Contract;

/// <summary>How bodies become JSON, for REST and the hub alike.</summary>
internal static class ContractJson
{
    public static JsonSerializerOptions Options { get; } = CreateOptions();

    /// <summary>
    /// Sets up options that belong to a framework. Unknown fields are refused, so that a client whose server is too old
    /// for a field is told. Text is not escaped for HTML: bodies are never served as such.
    /// </summary>
    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.AllowDuplicateProperties = false;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new TimeConverter());
        options.Converters.Add(new EnumNameConverter<CreateMode>());
        options.Converters.Add(new EnumNameConverter<NodeKind>());
        options.Converters.Add(new EnumNameConverter<DataEncoding>());
        options.Converters.Add(new EnumNameConverter<PermissionName>());
        options.Converters.Add(new EnumNameConverter<OperationKind>());
        options.Converters.Add(new EnumNameConverter<KeptPart>());
    }

    private static JsonSerializerOptions CreateOptions()
    {
        var options = new JsonSerializerOptions();
        Configure(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
