using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.SignalR;
using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.Core.Tree;
using WebCoord.Server.Contract;
using WebCoord.Server.Pipeline;

namespace WebCoord.Server.SignalR;

/// <summary>Reads what a call says. Each method throws the problem that names the field at fault.</summary>
internal static partial class CallReader
{
    public static T Read<T>(HubArguments arguments)
        where T : class
    {
        if (arguments.Value.ValueKind != JsonValueKind.Object)
        {
            throw HubProblem.Of(ProblemCatalog.BadArguments, "Every method takes exactly one object; {} says nothing.");
        }

        try
        {
            return arguments.Value.Deserialize<T>(ContractJson.Options)!;
        }
        catch (JsonException failure)
        {
            throw Explain(failure);
        }
    }

    public static ZnodePath Path(string? text) =>
        ZnodePath.TryParse(Required("path", text), out var path, out var problem)
            ? path
            : throw HubProblem.BadArgument("path", problem);

    public static string Required(string field, string? text) =>
        text ?? throw HubProblem.BadArgument(field, "is missing");

    public static Zxid Zxid(string field, string? text)
    {
        var zxid = Core.Zxid.None;
        return text is null || Core.Zxid.TryParse(text, out zxid)
            ? zxid
            : throw HubProblem.BadArgument(field, "is not a zxid: a decimal number, not negative, as a string");
    }

    public static Freshness Freshness(HubCall call)
    {
        if (call.Consistency is not (null or "linearizable" or "local"))
        {
            throw HubProblem.BadArgument("consistency", "must be linearizable or local");
        }

        return new Freshness(call.Consistency == "local", Zxid("minZxid", call.MinZxid));
    }

    public static Freshness WriteFreshness(HubWriteCall call) => call.RequestId is null
        ? Freshness(call)
        : throw HubProblem.BadArgument("requestId", "is not supported: this version does not remember requests, so a "
            + "write that is repeated may happen twice; leave the field out");

    public static Precondition Precondition(int? version, string? etag)
    {
        if (version is not null && etag is not null)
        {
            throw HubProblem.BadArgument("etag", "goes not together with version; give one of them");
        }

        return etag is null || OperationCondition.TryRead(etag, out _)
            ? OperationCondition.From(version, etag, TagView.Data)
            : throw HubProblem.BadArgument("etag", "is not a tag that this service gives out; copy it with its quotes, "
                + "or use \"*\"");
    }

    /// <summary>What the serializer found, without its .NET names.</summary>
    private static HubException Explain(JsonException failure)
    {
        var path = failure.Path is ['$', '.', .. var field] ? field : "";
        var quoted = Within(path, QuotedName().Match(failure.Message).Groups["name"].Value);
        if (failure.Message.Contains("could not be mapped", StringComparison.Ordinal))
        {
            return HubProblem.BadArgument(quoted, "is no field of this call, or not of this version");
        }

        if (failure.Message.StartsWith("Duplicate", StringComparison.OrdinalIgnoreCase))
        {
            return HubProblem.BadArgument(quoted, "is given twice");
        }

        return HubProblem.BadArgument(path, failure.Message.StartsWith("must ", StringComparison.Ordinal)
            ? failure.Message
            : "is not of the type that this field takes");
    }

    /// <summary>The path of a name that a message quotes; the serializer's path ends with it, or with what holds it.
    /// </summary>
    private static string Within(string path, string name) =>
        path.Length == 0 || path == name ? name
        : path.EndsWith('.' + name, StringComparison.Ordinal) ? path
        : $"{path}.{name}";

    [GeneratedRegex("'(?<name>[^']*)'")]
    private static partial Regex QuotedName();
}
