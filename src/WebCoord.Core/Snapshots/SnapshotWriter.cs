using System.Security.Cryptography;
using WebCoord.Core.Commands;
using WebCoord.Core.Tree;

namespace WebCoord.Core.Snapshots;

/// <summary>Writes a state, record by record, through one buffer.</summary>
internal sealed class SnapshotWriter(Stream destination) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _buffer = new byte[256 << 10];
    private int _used;

    private delegate void Fields<T>(ref PayloadWriter writer, T item);

    public void Dispose() => _hash.Dispose();

    public void Write(CoordinationState state, CancellationToken cancellationToken)
    {
        SnapshotCodec.Magic.CopyTo(Reserve(SnapshotCodec.Magic.Length));
        Reserve(1)[0] = SnapshotCodec.Format;
        Record(SnapshotHeader.Of(state), SnapshotRecords.Write);
        foreach (var session in state.Sessions)
        {
            Record(new SessionRecord(session, session.Ephemerals.Count), SnapshotRecords.Write);
            foreach (var path in session.Ephemerals)
            {
                Record(path, SnapshotRecords.Write);
            }
        }

        foreach (var ended in state.Sessions.Ended)
        {
            Record(ended, SnapshotRecords.Write);
        }

        foreach (var (_, instance) in state.Instances)
        {
            Record(instance, SnapshotRecords.Write);
        }

        foreach (var epoch in state.Epochs)
        {
            Record(epoch, SnapshotRecords.Write);
        }

        WriteNodes(state.Tree.Root, cancellationToken);
        Reserve(1)[0] = 0;
        Flush();
        destination.Write(_hash.GetHashAndReset());
        destination.Flush();
    }

    /// <summary>Not recursive, for paths may be long; and without paths, which a million nodes need not
    /// build.</summary>
    private void WriteNodes(Znode root, CancellationToken cancellationToken)
    {
        Record(new NodeRecord(0, root), SnapshotRecords.Write);
        var levels = new Stack<IEnumerator<Znode>>();
        levels.Push(root.Children.GetEnumerator());
        while (levels.TryPeek(out var level))
        {
            if (!level.MoveNext())
            {
                levels.Pop();
                continue;
            }

            var node = level.Current;
            Record(new NodeRecord(levels.Count, node), SnapshotRecords.Write);
            if (node.Children.Count > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                levels.Push(node.Children.GetEnumerator());
            }
        }
    }

    private void Record<T>(T item, Fields<T> fields)
    {
        var measuring = PayloadWriter.Measuring();
        fields(ref measuring, item);
        var length = measuring.Position;
        if (length > SnapshotCodec.MaxRecordBytes)
        {
            throw new InvalidOperationException($"a part of the state takes {length} bytes in a snapshot; the most is "
                + SnapshotCodec.MaxRecordBytes);
        }

        measuring.Count(length);
        var writer = PayloadWriter.Into(Reserve(measuring.Position));
        writer.Count(length);
        fields(ref writer, item);
    }

    private Span<byte> Reserve(int length)
    {
        if (length > _buffer.Length - _used)
        {
            Flush();
            if (length > _buffer.Length)
            {
                _buffer = new byte[length];
            }
        }

        _used += length;
        return _buffer.AsSpan(_used - length, length);
    }

    private void Flush()
    {
        _hash.AppendData(_buffer, 0, _used);
        destination.Write(_buffer, 0, _used);
        _used = 0;
    }
}
