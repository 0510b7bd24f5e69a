using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using WebCoord.Core.Commands;
using WebCoord.Core.Snapshots;
using WebCoord.Core.Tests.Model;

namespace WebCoord.Core.Tests.Golden;

/// <summary>
/// A log and a snapshot from another process and an older version: the files beside this one give the same digests for
/// ever. With the environment variable <c>REWRITE=1</c> they are made anew; if that changes anything, logs and
/// snapshots out there change their meaning too, so there must be a new format or feature level that says so.
/// </summary>
public sealed class GoldenTests
{
    private const int Seed = 20_260_101;
    private const int Requests = 900;
    private const int Batch = 3;
    private const int EntriesPerDigest = 50;
    private const string LogFile = "log.txt";
    private const string SnapshotFile = "snapshot.txt";

    static GoldenTests()
    {
        if (Environment.GetEnvironmentVariable("REWRITE") == "1")
        {
            Write(LogFile, LinesOf(History()));
            using var snapshot = new MemoryStream();
            SnapshotCodec.Write(Replayed(), snapshot);
            Write(SnapshotFile, snapshot.ToArray().Chunk(90).Select(Convert.ToBase64String));
        }
    }

    [Fact]
    public void A_log_gives_the_digests_that_it_always_gave()
    {
        var machine = new StateMachine(CoordinationState.Initial);
        var digests = 0;
        foreach (var (line, words) in Read(LogFile).Select(line => line.Split(' ')).Index())
        {
            if (words[0] == "digest")
            {
                digests++;
                Assert.True(words[1] == Digest(machine.State), $"{LogFile}, line {line + 1}: {Digest(machine.State)}");
            }
            else
            {
                machine.Apply(EntryOf(words));
            }
        }

        Assert.Equal((Requests / Batch / EntriesPerDigest) + 1, digests);
    }

    [Fact]
    public void A_snapshot_gives_the_state_that_it_always_gave()
    {
        using var stream = new MemoryStream(Convert.FromBase64String(string.Concat(Read(SnapshotFile))));
        var state = SnapshotCodec.Read(stream);
        Assert.Equal($"digest {Digest(state)}", Read(LogFile)[^1]);
        Assert.Equal(Replayed().Tree.NodeCount, state.Tree.NodeCount);
        Assert.Equal(Replayed().Instances.Values.Single(), state.Instances.Values.Single());
        Assert.Equal(Replayed().StoredSettings, state.StoredSettings);
    }

    private static CoordinationState Replayed()
    {
        var machine = new StateMachine(CoordinationState.Initial);
        foreach (var words in Read(LogFile).Select(line => line.Split(' ')).Where(words => words[0] == "entry"))
        {
            machine.Apply(EntryOf(words));
        }

        return machine.State;
    }

    /// <summary>A random history, and in the end, in the next epoch, what it has none of.</summary>
    private static List<LogEntry> History()
    {
        var entries = RandomHistory.Make(Seed, Requests, Batch);
        var report = new InstanceReport(7, "one", "http://localhost:5080", 1, entries[^1].LastZxid, 12, 3, 4);
        ImmutableArray<Request> requests =
        [
            new Request(new Command.InstanceHeartbeat(report)),
            new Request(new Command.UpdateSettings(new Settings { MaxNodes = 5_000 }, Bootstrap: true)),
        ];
        entries.Add(RandomHistory.Entry(Zxid.Create(2, 2), entries[^1].TimestampMs + 100, requests));
        return entries;
    }

    private static IEnumerable<string> LinesOf(List<LogEntry> entries)
    {
        var machine = new StateMachine(CoordinationState.Initial);
        foreach (var (index, entry) in entries.Index())
        {
            machine.Apply(entry);
            yield return string.Create(
                CultureInfo.InvariantCulture, $"entry {entry.LastZxid.Value} {entry.TimestampMs} ")
                + Convert.ToBase64String(CommandCodec.Encode(entry.Requests));
            if (index % EntriesPerDigest == EntriesPerDigest - 1 || index == entries.Count - 1)
            {
                yield return $"digest {Digest(machine.State)}";
            }
        }
    }

    private static LogEntry EntryOf(string[] words) => RandomHistory.Entry(new Zxid(Number(words[1])), Number(words[2]),
        CommandCodec.Decode(Convert.FromBase64String(words[3])));

    private static long Number(string word) => long.Parse(word, CultureInfo.InvariantCulture);

    private static string Digest(CoordinationState state) => state.Digest.ToString("x16", CultureInfo.InvariantCulture);

    private static string[] Read(string file) => File.ReadAllLines(Path.Combine(Folder(), file));

    private static void Write(string file, IEnumerable<string> lines) =>
        File.WriteAllText(Path.Combine(Folder(), file), string.Join('\n', lines) + "\n", new UTF8Encoding(false));

    private static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
