using System.Collections.Immutable;
using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;

namespace WebCoord.Core.Snapshots;

/// <summary>Reads a state, record by record, and believes it only when its hash and its digest are right.</summary>
internal sealed class SnapshotReader(RecordReader records) : IDisposable
{
    /// <summary>How many nodes are read between two reports of progress.</summary>
    private const int ProgressInterval = 100_000;

    private readonly Dictionary<Acl, Acl> _acls = new(new ByContent());

    private delegate T Fields<T>(ref PayloadReader reader);

    public void Dispose() => records.Dispose();

    public CoordinationState Read(Action<long, long>? progress, CancellationToken cancellationToken)
    {
        ExpectMagicAndFormat();
        var header = Next(SnapshotRecords.ReadHeader);
        var state = new CoordinationState
        {
            LastZxid = header.LastZxid,
            ChainHash = header.ChainHash,
            TimestampMs = header.TimestampMs,
            LogClockMs = header.LogClockMs,
            FeatureLevel = header.FeatureLevel,
            StoredSettings = header.Settings,
            Sessions = ReadSessions(header),
            Instances = Several(header.Instances, SnapshotRecords.ReadInstance)
                .Aggregate(CoordinationState.Initial.Instances, (all, one) => all.SetItem(one.Report.Id, one)),
            Epochs = Several(header.Epochs, SnapshotRecords.ReadEpoch)
                .Aggregate(CoordinationState.Initial.Epochs, (all, one) => all.SetItem(one.Key, one.Value)),
            Tree = ReadTree(header.Nodes, progress, cancellationToken),
        };
        records.Record().ExpectEnd();
        records.ExpectHashAndEnd();
        return state.Digest == header.Digest
            ? state
            : throw new InvalidDataException($"the state has the digest {state.Digest:x16}, but the header at offset "
                + $"{SnapshotCodec.Magic.Length + 1} says {header.Digest:x16}");
    }

    private void ExpectMagicAndFormat()
    {
        if (!records.Take(SnapshotCodec.Magic.Length).SequenceEqual(SnapshotCodec.Magic))
        {
            throw new InvalidDataException("this is no snapshot: it does not begin like one, at offset 0");
        }

        var format = records.Take(1)[0];
        if (format != SnapshotCodec.Format)
        {
            throw format > SnapshotCodec.Format
                ? new UnknownFormatException("The snapshot", format, SnapshotCodec.Format)
                : new InvalidDataException($"the format 0, which never was, at offset {records.Offset - 1}");
        }
    }

    private SessionTable ReadSessions(SnapshotHeader header)
    {
        var alive = new List<Session>();
        foreach (var (session, ephemerals) in Several(header.Sessions, SnapshotRecords.ReadSession))
        {
            var paths = Several(ephemerals, SnapshotRecords.ReadPath).ToImmutableSortedSet(StringComparer.Ordinal);
            alive.Add(session with { Ephemerals = paths });
        }

        var ended = Several(header.Ended, SnapshotRecords.ReadEnded);
        return ended.Aggregate(SessionTable.Empty.SetAll(alive), (table, end) => table.WithEnded(end.Key, end.Value));
    }

    private DataTree ReadTree(long nodes, Action<long, long>? progress, CancellationToken cancellationToken)
    {
        var restorer = new TreeRestorer();
        for (var i = 0L; i < nodes; i++)
        {
            var start = records.Offset;
            var (depth, node) = Next(SnapshotRecords.ReadNode);
            ShareAcl(node);
            if (!restorer.TryAdd(depth, node, out var problem))
            {
                throw new InvalidDataException($"{problem}, at offset {start}");
            }

            if ((i + 1) % ProgressInterval == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                progress?.Invoke(i + 1, nodes);
            }
        }

        return restorer.Finish() ?? throw new InvalidDataException($"there is no root, at offset {records.Offset}");
    }

    /// <summary>Equal ACLs are many in a tree, and need only one object.</summary>
    private void ShareAcl(Znode node)
    {
        if (!ReferenceEquals(node.Acl, Acl.Open) && !_acls.TryAdd(node.Acl, node.Acl))
        {
            node.Acl = _acls[node.Acl];
        }
    }

    private IEnumerable<T> Several<T>(long count, Fields<T> fields)
    {
        for (var i = 0L; i < count; i++)
        {
            yield return Next(fields);
        }
    }

    private T Next<T>(Fields<T> fields)
    {
        var reader = records.Record();
        var item = fields(ref reader);
        reader.ExpectEnd();
        return item;
    }

    private sealed class ByContent : IEqualityComparer<Acl>
    {
        public bool Equals(Acl? x, Acl? y) => x is null ? y is null : x.Equals(y);

        public int GetHashCode(Acl obj)
        {
            var hash = new HashCode();
            foreach (var entry in obj.Entries)
            {
                hash.Add(entry);
            }

            return hash.ToHashCode();
        }
    }
}
