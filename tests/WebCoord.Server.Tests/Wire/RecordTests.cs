using WebCoord.Core;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;
using WebCoord.Core.Watches;
using WebCoord.Server.Wire;
using WebCoord.Server.Wire.Records;

namespace WebCoord.Server.Tests.Wire;

/// <summary>
/// Every record of sections 1.3 and 2: the server writes the bytes that the tests' own codec writes, reads from them
/// what they say, and writes what it read as the same bytes again.
/// </summary>
public sealed class RecordTests
{
    private const string WidePath = "/ä/€/x";

    private static readonly byte[] Data = [0, 1, 254, 255];

    private delegate T Reading<T>(ref JuteReader reader);

    [Fact]
    public void The_connect_request_with_and_without_its_last_byte()
    {
        foreach (var hasReadOnly in (bool[])[true, false])
        {
            bool? readOnly = hasReadOnly ? true : null;
            var theirs = new Handshake
            {
                ProtocolVersion = 7,
                LastZxidSeen = 0x1_0000_0002,
                Timeout = 12_345,
                SessionId = -5,
                Password = [.. Enumerable.Range(1, 16).Select(number => (byte)number)],
                ReadOnly = true,
                HasReadOnly = hasReadOnly,
            };
            var ours = AssertRoundTrip(theirs.ToArray(), ConnectRequest.Read,
                (request, writer) => request.Write(writer));

            Assert.Equal((7, 0x1_0000_0002L, 12_345, -5L, readOnly), (ours.ProtocolVersion,
                ours.LastZxidSeen, ours.TimeoutMs, ours.Session, ours.ReadOnly));
            Assert.Equal(theirs.Password, ours.Password.AsSpan());
        }
    }

    [Fact]
    public void The_connect_response_with_and_without_its_last_byte()
    {
        byte[] password = [.. Enumerable.Range(1, 16).Select(number => (byte)number)];
        foreach (var readOnly in (bool?[])[true, false, null])
        {
            var ours = new ConnectResponse(0, 4_000, long.MinValue, password, readOnly);
            var bytes = Written(ours.Write);
            var theirs = HandshakeAnswer.Read(bytes);

            Assert.Equal((0, 4_000, long.MinValue, readOnly, 0), (theirs.ProtocolVersion, theirs.Timeout,
                theirs.SessionId, theirs.ReadOnly, theirs.Trailing));
            Assert.Equal(password, theirs.Password);
            AssertRoundTrip(bytes, ConnectResponse.Read, (response, writer) => response.Write(writer));
        }
    }

    [Fact]
    public void The_headers()
    {
        Assert.Equal(new RequestHeader(-8, OpCode.SetWatches2), AssertRoundTrip(
            new BodyWriter().Int(-8).Int(WireOp.SetWatches2).ToArray(), RequestHeader.Read,
            (header, writer) => header.Write(writer)));
        Assert.Equal(new ReplyHeader(3, 0x1_0000_0004, ErrorCode.NoNode), AssertRoundTrip(
            new BodyWriter().Int(3).Long(0x1_0000_0004).Int(-101).ToArray(), ReplyHeader.Read,
            (header, writer) => header.Write(writer)));
        Assert.Equal(new MultiHeader(OpCode.Create2, true, -103), AssertRoundTrip(
            new BodyWriter().MultiHeader(WireOp.Create2, done: true, error: -103).ToArray(), MultiHeader.Read,
            (header, writer) => header.Write(writer)));
        Assert.Equal(new BodyWriter().MultiHeader(-1, done: true, error: -1).ToArray(),
            Written(MultiHeader.End.Write));
        Assert.Equal(MultiHeader.Bytes, Written(MultiHeader.End.Write).Length);
    }

    [Fact]
    public void The_stat()
    {
        var stat = new Stat
        {
            Czxid = new Zxid(1),
            Mzxid = new Zxid(2),
            Ctime = 3,
            Mtime = 4,
            Version = 5,
            Cversion = -6,
            Aversion = 7,
            EphemeralOwner = new SessionId(-8),
            DataLength = 9,
            NumChildren = 10,
            Pzxid = new Zxid(11),
        };
        var bytes = Written(writer => StatRecord.Write(writer, stat));

        Assert.Equal(68, bytes.Length);
        Assert.Equal(new WireStat(1, 2, 3, 4, 5, -6, 7, -8, 9, 10, 11), new BodyReader(bytes).Stat());
        AssertRoundTrip(bytes, StatRecord.Read, (read, writer) => StatRecord.Write(writer, read));
    }

    [Fact]
    public void An_acl()
    {
        WireAcl[] theirs = [new(31, "world", "anyone"), new(int.MinValue, "digest", "ü:x"), new(0, "", "")];
        var ours = AssertRoundTrip(new BodyWriter().Acl(theirs).ToArray(), AclRecord.Read,
            (acl, writer) => AclRecord.Write(writer, acl));

        Assert.Equal(theirs, ours.Entries.Select(entry =>
            new WireAcl((int)entry.Permissions, entry.Scheme, entry.Id)));
    }

    [Fact]
    public void An_acl_that_is_null_is_empty_and_so_are_its_null_texts()
    {
        Assert.Empty(Read(new BodyWriter().Acl(null).ToArray(), AclRecord.Read).Entries);
        Assert.Equal([new AclEntry(Permissions.Read, "", "")],
            Read(new BodyWriter().Acl([new WireAcl(1, null, null)]).ToArray(), AclRecord.Read).Entries.AsEnumerable());
    }

    [Fact]
    public void What_create_and_its_kin_ask()
    {
        WireAcl[] acl = [new(5, "ip", "10.0.0.0/8")];
        foreach (var data in (byte[]?[])[null, [], Data])
        {
            var plain = AssertRoundTrip(WireBody.Create(WidePath, data, acl, flags: 3),
                (ref reader) => CreateRequest.Read(ref reader, hasTtl: false),
                (request, writer) => request.Write(writer));
            Assert.Equal((WidePath, 3, null), (plain.Path, plain.Flags, plain.TtlMs));
            Assert.Equal(data, plain.Data?.ToArray());
            Assert.Equal([new AclEntry(Permissions.Read | Permissions.Create, "ip", "10.0.0.0/8")],
                plain.Acl.Entries.AsEnumerable());

            var withTtl = AssertRoundTrip(WireBody.CreateTtl(WidePath, data, ttl: 1L << 39, flags: 6),
                (ref reader) => CreateRequest.Read(ref reader, hasTtl: true),
                (request, writer) => request.Write(writer));
            Assert.Equal((6, 1L << 39), (withTtl.Flags, withTtl.TtlMs));
        }
    }

    [Fact]
    public void What_the_other_writes_ask()
    {
        foreach (var path in (string?[])[WidePath, "", null])
        {
            Assert.Equal(new VersionRequest(path, -1), AssertRoundTrip(WireBody.PathAndVersion(path, -1),
                VersionRequest.Read, (request, writer) => request.Write(writer)));
            var setData = AssertRoundTrip(WireBody.SetData(path, Data, 7), SetDataRequest.Read,
                (request, writer) => request.Write(writer));
            Assert.Equal((path, 7), (setData.Path, setData.Version));
            Assert.Equal(Data, setData.Data!.Value.ToArray());
            var setAcl = AssertRoundTrip(WireBody.SetAcl(path, WireAcl.Open, 8), SetAclRequest.Read,
                (request, writer) => request.Write(writer));
            Assert.Equal((path, 8, Acl.Open), (setAcl.Path, setAcl.Version, setAcl.Acl));
        }
    }

    [Fact]
    public void What_reads_ask()
    {
        foreach (var watch in (bool[])[true, false])
        {
            var bytes = WireBody.Read(WidePath, watch);
            var reader = new JuteReader(bytes);
            var request = ReadRequest.Read(ref reader);
            Assert.Equal(watch, request.Watch);
            Assert.Equal(WidePath, JuteText.Decode(request.Path));

            var writer = new JuteWriter();
            request.Write(writer);
            Assert.Equal(bytes, writer.Written);
            writer.Release();
        }
    }

    [Fact]
    public void What_requests_about_watches_ask()
    {
        Assert.Equal(new WatchRequest(WidePath, 5), AssertRoundTrip(WireBody.PathAndKind(WidePath, 5),
            WatchRequest.Read, (request, writer) => request.Write(writer)));

        var three = AssertRoundTrip(WireBody.SetWatches(9, ["/d1", "/d2"], ["/e"], []),
            (ref reader) => SetWatchesRequest.Read(ref reader, hasPersistent: false),
            (request, writer) => request.Write(writer, hasPersistent: false));
        Assert.Equal(9, three.RelativeZxid);
        Assert.Equal((string[][])[["/d1", "/d2"], ["/e"], []], [three.Data, three.Exist, three.Child]);

        var five = AssertRoundTrip(WireBody.SetWatches(9, [], [], ["/c"], ["/p"], ["/r1", "/r2"]),
            (ref reader) => SetWatchesRequest.Read(ref reader, hasPersistent: true),
            (request, writer) => request.Write(writer, hasPersistent: true));
        Assert.Equal((string[][])[["/c"], ["/p"], ["/r1", "/r2"]], [five.Child, five.Persistent, five.Recursive]);
    }

    [Fact]
    public void What_a_notification_tells()
    {
        var bytes = new BodyWriter().Int(4).Int(3).Text(WidePath).ToArray();
        Assert.Equal(new WatcherEvent(WatchEventType.ChildrenChanged, 3, WidePath), AssertRoundTrip(bytes,
            WatcherEvent.Read, (told, writer) => told.Write(writer)));
    }

    [Fact]
    public void Credentials_and_what_reconfig_asks()
    {
        foreach (var credential in (string?[])["user:pass", "", null])
        {
            var auth = AssertRoundTrip(WireBody.Auth("digest", credential), AuthRequest.Read,
                (request, writer) => request.Write(writer));
            Assert.Equal((0, "digest"), (auth.Type, auth.Scheme));
            Assert.Equal(credential?.Length, auth.Credential?.Length);
        }

        Assert.Equal(new ReconfigRequest("server.4=x", null, "", -1), AssertRoundTrip(
            new BodyWriter().Text("server.4=x").Text(null).Text("").Long(-1).ToArray(), ReconfigRequest.Read,
            (request, writer) => request.Write(writer)));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("ä€")]
    [InlineData("")]
    [InlineData(null)]
    public void Section_1_2_Texts_are_utf8_and_null_is_not_empty(string? text)
    {
        var bytes = new BodyWriter().Text(text).ToArray();
        Assert.Equal(text, Read(bytes, (ref reader) => reader.Text()));
        Assert.Equal(bytes, Written(writer => writer.Text(text)));
    }

    [Fact]
    public void Section_1_2_Java_sends_characters_beyond_16_bits_as_two_surrogates_of_three_bytes()
    {
        byte[] java = [.. "a"u8, 0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80, .. "b"u8];
        Assert.Equal("a😀b", JuteText.Decode(java));
        Assert.Equal("a😀b", JuteText.Decode("a😀b"u8));
        Assert.Equal("a\uFFFDb", JuteText.Decode([.. "a"u8, 0xFF, .. "b"u8]));
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(int.MinValue)]
    [InlineData(5)]
    [InlineData(int.MaxValue)]
    public void Section_1_2_A_length_below_minus_one_or_beyond_the_frame_is_malformed(int length)
    {
        var bytes = new BodyWriter().Int(length).Raw(Data).ToArray();
        Assert.Throws<MalformedRequestException>(() => Read(bytes, (ref reader) => reader.Buffer()));
        Assert.Throws<MalformedRequestException>(() => Read(bytes, (ref reader) => reader.Text()));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(-2)]
    [InlineData(int.MinValue)]
    public void Section_1_2_A_vector_of_a_negative_count_is_empty(int count) =>
        Assert.Empty(Read(new BodyWriter().Int(count).ToArray(), (ref reader) => reader.Texts()));

    [Theory]
    [InlineData(2)]
    [InlineData(int.MaxValue)]
    public void A_count_that_the_frame_cannot_hold_is_malformed_before_anything_is_set_aside(int count)
    {
        var bytes = new BodyWriter().Int(count).Text("").ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<MalformedRequestException>(() => Read(bytes, (ref reader) => reader.Texts()));
        Assert.Throws<MalformedRequestException>(() => Read(bytes, AclRecord.Read));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void A_body_that_ends_too_early_is_malformed_wherever_it_ends()
    {
        var bytes = WireBody.CreateTtl("/path", Data, ttl: 5);
        for (var length = 0; length < bytes.Length; length++)
        {
            var part = bytes[..length];
            Assert.Throws<MalformedRequestException>(() =>
                Read(part, (ref reader) => CreateRequest.Read(ref reader, hasTtl: true)));
        }
    }

    /// <summary>Reads a record, which must take all bytes, and writes it again.</summary>
    private static T AssertRoundTrip<T>(byte[] bytes, Reading<T> read, Action<T, JuteWriter> write)
    {
        var reader = new JuteReader(bytes);
        var record = read(ref reader);
        Assert.Equal(0, reader.Remaining);
        Assert.Equal(bytes, Written(writer => write(record, writer)));
        return record;
    }

    private static T Read<T>(byte[] bytes, Reading<T> read)
    {
        var reader = new JuteReader(bytes);
        return read(ref reader);
    }

    private static byte[] Written(Action<JuteWriter> write)
    {
        var writer = new JuteWriter();
        write(writer);
        var bytes = writer.Written.ToArray();
        writer.Release();
        return bytes;
    }
}
