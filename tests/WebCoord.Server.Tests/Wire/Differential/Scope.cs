namespace WebCoord.Server.Tests.Wire.Differential;

/// <summary>What one run of a sequence on one server has of its own.</summary>
/// <param name="Root">The path that <c>~</c> stands for.</param>
internal sealed record Scope(string Root)
{
    private readonly List<long> _zxids = [];

    /// <summary>Notes the newest zxid that the server has told, once per act.</summary>
    public void Note(long zxid) => _zxids.Add(zxid);

    /// <summary>The newest zxid that was told so many acts ago; 0 before the first.</summary>
    public long ZxidAgo(int acts) => acts < _zxids.Count ? _zxids[^(acts + 1)] : 0;

    /// <summary>The newest zxid that was told.</summary>
    public long NewestZxid => ZxidAgo(0);

    /// <summary>A path with the root in place of <c>~</c>.</summary>
    public string? Expand(string? path) => path?.Replace("~", Root, StringComparison.Ordinal);

    public IReadOnlyCollection<string> Expand(IReadOnlyCollection<string> paths) =>
        [.. paths.Select(path => Expand(path)!)];
}
