using System.Collections.Immutable;
using WebCoord.Core.Commands;

namespace WebCoord.Core.Tests.Model;

/// <summary>Logs to replay, each out of one number.</summary>
internal static class RandomHistory
{
    /// <summary>Entries of so many requests each, made against the model, which knows what is there.</summary>
    public static List<LogEntry> Make(int seed, int length, int batch)
    {
        var random = new Random(seed);
        var model = new ReferenceTree();
        var entries = new List<LogEntry>();
        var now = 1_700_000_000_000L;
        var last = Zxid.None;
        while (entries.Count * batch < length)
        {
            now += random.Next(0, 900);
            var requests = ImmutableArray.CreateBuilder<Request>();
            for (var i = 0; i < batch; i++)
            {
                var request = new RequestGenerator(random.Next(), model).Next();
                last = new Zxid(last.Value + 1);
                if (i == 0)
                {
                    model.Begin(Entry(last, now, [request]));
                }

                model.Apply(last, request);
                requests.Add(request);
            }

            entries.Add(Entry(last, now, requests.ToImmutable()));
        }

        return entries;
    }

    public static LogEntry Entry(Zxid zxid, long now, ImmutableArray<Request> requests) => new()
    {
        LastZxid = zxid,
        TimestampMs = now,
        Incarnation = 1,
        Sequence = 1,
        ChainHash = ChainHash.Start,
        Requests = requests,
    };
}
