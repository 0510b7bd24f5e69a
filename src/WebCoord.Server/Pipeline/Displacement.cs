namespace WebCoord.Server.Pipeline;

/// <summary>Why the state of this instance jumped instead of going from entry to entry.</summary>
internal enum Displacement
{
    /// <summary>The log lost entries that were acknowledged; the state went back.</summary>
    LogRegressed,

    /// <summary>This instance slept for so long that the log no longer has what it missed; the state went forward.
    /// </summary>
    WasBehind,
}
