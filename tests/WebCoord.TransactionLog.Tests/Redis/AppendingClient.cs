using System.Globalization;
using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.TransactionLog.Redis;

namespace WebCoord.TransactionLog.Tests.Redis;

/// <summary>Appends one batch after the other, several under way at once, each with a path of its own, and keeps what
/// it was told of each.</summary>
internal sealed class AppendingClient(RedisTransactionLog log, string name)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LogEntry> _acknowledged = [];
    private readonly HashSet<string> _notApplied = [];
    private readonly HashSet<string> _unknown = [];
    private long _sequence;

    public int Acknowledged => Count(_acknowledged);

    public int NotApplied => Count(_notApplied);

    public int Unknown => Count(_unknown);

    /// <summary>Appends until it is cancelled; what is under way is brought to its end.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var underWay = new List<Task>();
        while (!stop.IsCancellationRequested)
        {
            while (underWay.Count < log.MaxAppendsInFlight)
            {
                underWay.Add(AppendAsync());
            }

            await Task.WhenAny(underWay);
            underWay.RemoveAll(append => append.IsCompletedSuccessfully);
        }

        await Task.WhenAll(underWay);
    }

    /// <summary>Appends one batch and keeps what comes of it.</summary>
    public async Task AppendAsync()
    {
        var sequence = ++_sequence;
        var path = string.Create(CultureInfo.InvariantCulture, $"/{name}-{sequence}");
        try
        {
            var entry = await log.AppendAsync(sequence, [new Request(new Command.Put(path, new byte[20]))],
                CancellationToken.None);
            Keep(() => _acknowledged.Add(path, entry));
        }
        catch (LogUnavailableException failure)
        {
            Keep(() => (failure.OutcomeKnown ? _notApplied : _unknown).Add(path));
            await Task.Delay(5);
        }
    }

    /// <summary>Compares what it was told with what is in the log.</summary>
    public void Check(IReadOnlyCollection<LogEntry> entries, string context)
    {
        var byPath = entries.Where(log.IsOwn)
            .ToDictionary(entry => ((Command.Put)entry.Requests[0].Command).Path, StringComparer.Ordinal);
        None(_notApplied.Where(byPath.ContainsKey), "was reported as not applied and is in the log");
        None(_acknowledged.Keys.Except(byPath.Keys), "was acknowledged and is not in the log");
        None(byPath.Keys.Except(_acknowledged.Keys).Except(_unknown), "is in the log and was never begun");
        None(_acknowledged.Where(told => Puts.Content([told.Value]) != Puts.Content([byPath[told.Key]]))
            .Select(told => told.Key), "is another entry in the log");

        void None(IEnumerable<string> paths, string what) =>
            Assert.Equal("", string.Join(", ", paths.Select(path => $"{path} {what} {context}")));
    }

    private int Count<T>(IReadOnlyCollection<T> told)
    {
        lock (_lock)
        {
            return told.Count;
        }
    }

    private void Keep(Action keep)
    {
        lock (_lock)
        {
            keep();
        }
    }
}
