using WebCoord.Core;

namespace WebCoord.Server.Rest;

/// <summary>How far the write of a request has come, for the problem that it may still end in.</summary>
internal static class WriteOutcome
{
    public const string Applied = "applied";
    public const string NotApplied = "not-applied";
    public const string Unknown = "unknown";

    private static readonly object ItemKey = new();

    /// <summary>Whether a request asks for a change at all.</summary>
    public static bool IsAskedOf(HttpRequest request) => !(HttpMethods.IsGet(request.Method)
        || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method));

    /// <summary>From here on nobody can tell, until there is a result.</summary>
    public static void NoteSubmitted(HttpContext context) => context.Items[ItemKey] = Unknown;

    public static void NoteResult(HttpContext context, ApplyResult result) => context.Items[ItemKey] =
        result.Succeeded ? Applied : result.Error == ErrorCode.OutcomeUnknown ? Unknown : NotApplied;

    public static void NoteDone(HttpContext context) => context.Items[ItemKey] = Applied;

    public static void NoteNothingDone(HttpContext context) => context.Items[ItemKey] = NotApplied;

    /// <summary>Null for a request that changes nothing in any case.</summary>
    public static string? Of(HttpContext context) =>
        IsAskedOf(context.Request) ? context.Items[ItemKey] as string ?? NotApplied : null;
}
