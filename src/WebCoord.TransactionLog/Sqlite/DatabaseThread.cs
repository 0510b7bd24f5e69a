using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace WebCoord.TransactionLog.Sqlite;

/// <summary>The one thread that touches the database, in the order in which work is handed to it. Waiting for the disk
/// blocks this thread and none of the pool.</summary>
internal sealed class DatabaseThread : IDisposable
{
    private readonly BlockingCollection<Action> _work = new(boundedCapacity: 256);
    private readonly Thread _thread;

    public DatabaseThread(string name)
    {
        _thread = new Thread(Run) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>Runs work after what was handed over before it.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever it was, it goes to the one who waits.")]
    public Task<T> RunAsync<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception failure)
            {
                done.SetException(failure);
            }
        });
        return done.Task;
    }

    /// <summary>Ends the thread after the work that it has.</summary>
    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private void Run()
    {
        foreach (var work in _work.GetConsumingEnumerable())
        {
            work();
        }
    }
}
