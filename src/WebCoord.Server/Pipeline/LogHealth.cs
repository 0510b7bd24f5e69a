namespace WebCoord.Server.Pipeline;

/// <summary>Whether the log takes writes at present; hub clients and the readiness check are told.</summary>
internal sealed class LogHealth
{
    /// <summary>True until an append fails, and again after the next that succeeds.</summary>
    public bool IsAvailable { get; private set; } = true;

    /// <summary>Why it is not available; null while it is.</summary>
    public string? Problem { get; private set; }

    /// <summary>Raised after <see cref="IsAvailable"/> has changed. Handlers must not block.</summary>
    public event Action<bool>? Changed;

    public void Report(string? problem)
    {
        var changed = IsAvailable != (problem is null);
        Problem = problem;
        IsAvailable = problem is null;
        if (changed)
        {
            Changed?.Invoke(IsAvailable);
        }
    }
}
