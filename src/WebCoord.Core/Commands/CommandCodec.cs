using System.Collections.Immutable;
using System.Runtime.InteropServices;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;

namespace WebCoord.Core.Commands;

/// <summary>
/// The one form of requests in every log: a batch to bytes and back.
/// <para>A batch is the format version (1 byte), the number of requests, and the requests. A request is a byte of flags
/// (<see cref="Sender"/>), what these announce, and the command: its <see cref="CommandTag"/> and its fields in the
/// order of their declaration. Numbers, texts and lists are written by <see cref="PayloadWriter"/>. Whoever changes the
/// form raises <see cref="Format"/> and goes on reading the old ones.</para>
/// </summary>
public static class CommandCodec
{
    /// <summary>The format that is written, and the newest that is read.</summary>
    public const int Format = 1;

    /// <summary>Most bytes that a batch takes beside its requests.</summary>
    public const int MaxOverheadBytes = 6;

    /// <summary>A request takes at least its flags and its tag.</summary>
    private const int LeastRequestBytes = 2;

    /// <summary>Which facts about the sender follow.</summary>
    [Flags]
    private enum Sender
    {
        Nobody = 0,
        Session = 1,
        Owner = 2,
        Identities = 4,
        All = Session | Owner | Identities,
    }

    /// <summary>How many bytes a request takes in a batch, exactly.</summary>
    public static int Measure(Request request)
    {
        var writer = PayloadWriter.Measuring();
        WriteRequest(ref writer, request);
        return writer.Position;
    }

    /// <summary>How many bytes a batch takes, exactly.</summary>
    public static int Measure(ImmutableArray<Request> requests)
    {
        var writer = PayloadWriter.Measuring();
        WriteBatch(ref writer, requests);
        return writer.Position;
    }

    /// <exception cref="ArgumentException">A transaction holds a transaction.</exception>
    public static byte[] Encode(ImmutableArray<Request> requests)
    {
        var payload = new byte[Measure(requests)];
        Encode(requests, payload);
        return payload;
    }

    /// <summary>Encodes into a span of exactly as many bytes as the batch takes.</summary>
    /// <exception cref="ArgumentException">A transaction holds a transaction.</exception>
    public static void Encode(ImmutableArray<Request> requests, Span<byte> payload)
    {
        var writer = PayloadWriter.Into(payload);
        WriteBatch(ref writer, requests);
    }

    /// <summary>The requests of a batch; nothing of them lives in the payload's memory.</summary>
    /// <exception cref="UnknownFormatException">A newer version wrote it.</exception>
    /// <exception cref="InvalidDataException">It is damaged; the message says what is wrong at which
    /// offset.</exception>
    public static ImmutableArray<Request> Decode(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        var format = reader.Byte();
        if (format != Format)
        {
            throw format > Format
                ? new UnknownFormatException("A log entry", format, Format)
                : reader.Bad("a log entry has format 0, which never was", 1);
        }

        var requests = new Request[reader.Count(LeastRequestBytes)];
        for (var i = 0; i < requests.Length; i++)
        {
            requests[i] = ReadRequest(ref reader);
        }

        reader.ExpectEnd();
        return ImmutableCollectionsMarshal.AsImmutableArray(requests);
    }

    private static void WriteBatch(ref PayloadWriter writer, ImmutableArray<Request> requests)
    {
        writer.Byte(Format);
        writer.Count(requests.Length);
        foreach (var request in requests)
        {
            WriteRequest(ref writer, request);
        }
    }

    private static void WriteRequest(ref PayloadWriter writer, Request request)
    {
        var sender = (request.Session == SessionId.None ? Sender.Nobody : Sender.Session)
            | (request.Owner == default ? Sender.Nobody : Sender.Owner)
            | (request.Identities.IsDefaultOrEmpty ? Sender.Nobody : Sender.Identities);
        writer.Byte((byte)sender);
        if (sender.HasFlag(Sender.Session))
        {
            writer.Fixed(request.Session.Value);
        }

        if (sender.HasFlag(Sender.Owner))
        {
            StatePieces.Write(ref writer, request.Owner);
        }

        if (sender.HasFlag(Sender.Identities))
        {
            writer.Count(request.Identities.Length);
            foreach (var identity in request.Identities)
            {
                writer.Text(identity.Scheme);
                writer.Text(identity.Id);
            }
        }

        CommandFields.Write(ref writer, request.Command);
    }

    private static Request ReadRequest(ref PayloadReader reader)
    {
        var sender = (Sender)reader.Byte();
        if ((sender & ~Sender.All) != 0)
        {
            throw reader.Bad($"a request has the unknown flags {(int)sender}", 1);
        }

        var session = sender.HasFlag(Sender.Session) ? new SessionId(reader.Fixed()) : SessionId.None;
        var owner = sender.HasFlag(Sender.Owner) ? StatePieces.ReadOwner(ref reader) : default;
        var identities = sender.HasFlag(Sender.Identities) ? ReadIdentities(ref reader) : [];
        var command = CommandFields.Read(ref reader);
        return new Request(command) { Session = session, Owner = owner, Identities = identities };
    }

    private static ImmutableArray<Identity> ReadIdentities(ref PayloadReader reader)
    {
        var identities = new Identity[reader.Count(2)];
        for (var i = 0; i < identities.Length; i++)
        {
            identities[i] = new Identity(reader.Text(), reader.Text());
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(identities);
    }
}
