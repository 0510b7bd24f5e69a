namespace WebCoord.Server.SignalR;

/// <summary>Lets calls of one kind take effect in the order in which they came, though one of them may first have to
/// wait for something. A call that finds nothing to wait for takes effect at once.</summary>
internal sealed class CallOrder
{
    private readonly Lock _lock = new();
    private Task _last = Task.CompletedTask;

    /// <summary>Runs the effect when what it waits for is there and the effects before it are through. Its failure, and
    /// that of <paramref name="ready"/>, is the caller's alone.</summary>
    public Task<T> RunAsync<T>(Task ready, Func<Task<T>> effect)
    {
        lock (_lock)
        {
            var run = RunAfterAsync(_last, ready, effect);
            _last = run;
            return run;
        }
    }

    private static async Task<T> RunAfterAsync<T>(Task before, Task ready, Func<Task<T>> effect)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ready;
        return await effect();
    }
}
