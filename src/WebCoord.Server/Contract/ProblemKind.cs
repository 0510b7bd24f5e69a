using WebCoord.Core;

namespace WebCoord.Server.Contract;

/// <summary>A way in which a request can fail: what all problems of one code have in common.</summary>
/// <param name="Code">What programs go by; also the last segment of the problem's type.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Meaning">When it happens and what to do, for the page that explains it.</param>
/// <param name="Error">The error of the core that it stands for; null when only HTTP knows it.</param>
/// <param name="RetryAfterSeconds">When to try again; null when doing the same again is no use.</param>
internal sealed record ProblemKind(string Code, int Status, string Title, string Meaning, ErrorCode? Error = null,
    int? RetryAfterSeconds = null)
{
    public string Type => "/problems/" + Code;

    /// <summary>ZooKeeper's number, for failures that ZooKeeper knows.</summary>
    public int? ZkCode => Error is { } error && error < ErrorCode.Ok ? (int)error : null;
}
