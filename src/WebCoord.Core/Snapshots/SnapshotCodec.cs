namespace WebCoord.Core.Snapshots;

/// <summary>
/// A whole state as a stream of bytes, and back; never all of it in a buffer.
/// <para>The bytes are <see cref="Magic"/>, the format version (1 byte) and records, each the number of its bytes and
/// then these: one header; the sessions, each followed by the paths of its ephemeral nodes; the sessions that ended;
/// the instances; the epochs; the nodes, parents before children and siblings in ordinal order, each with its depth; an
/// empty record. The SHA-256 of everything before it is the end. Whoever changes the form raises <see cref="Format"/>
/// and goes on reading the old ones.</para>
/// </summary>
public static class SnapshotCodec
{
    /// <summary>The format that is written, and the newest that is read.</summary>
    public const int Format = 1;

    /// <summary>Most bytes of one record. Nothing in a state is larger than the batch that it came in.</summary>
    internal const int MaxRecordBytes = 16 << 20;

    internal static ReadOnlySpan<byte> Magic => "WebCoord snapshot\n"u8;

    public static void Write(CoordinationState state, Stream destination, CancellationToken cancellationToken = default)
    {
        using var writer = new SnapshotWriter(destination);
        writer.Write(state, cancellationToken);
    }

    /// <param name="source">It is read up to its end, where the snapshot must end too.</param>
    /// <param name="progress">Told now and then how many nodes were read, and of how many.</param>
    /// <exception cref="UnknownFormatException">A newer version wrote it.</exception>
    /// <exception cref="InvalidDataException">It is damaged; the message says what is wrong at which
    /// offset.</exception>
    public static CoordinationState Read(Stream source, Action<long, long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        using var reader = new SnapshotReader(new RecordReader(source));
        return reader.Read(progress, cancellationToken);
    }
}
