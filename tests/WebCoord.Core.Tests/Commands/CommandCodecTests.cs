using System.Collections.Immutable;
using System.Reflection;
using FsCheck;
using FsCheck.Fluent;
using WebCoord.Core.Commands;
using WebCoord.Core.Tree;

namespace WebCoord.Core.Tests.Commands;

public sealed class CommandCodecTests
{
    private static readonly Config Quietly = Config.QuickThrowOnFailure.WithMaxTest(300);

    private static ImmutableArray<Request> PutOf100Bytes { get; } = [new(new Command.Put("/app/node", new byte[100]))];

    [Fact]
    public void What_is_encoded_comes_out_again_whole() =>
        Prop.ForAll(Arb.From(RandomRequests.Batches), batch =>
        {
            var decoded = CommandCodec.Decode(CommandCodec.Encode(batch));
            Assert.Equal(Description.Of(batch), Description.Of(decoded));
        }).Check(Quietly);

    [Fact]
    public void The_generators_make_every_command()
    {
        var every = typeof(Command).GetNestedTypes(BindingFlags.Public).Select(type => type.Name).Order();
        var requests = new RandomRequests(new Random(1));
        var generated = Enumerable.Range(0, 1_000).Select(_ => requests.One().Command.GetType().Name);
        Assert.Equal(every, generated.Distinct().Order());
    }

    [Fact]
    public void The_measure_of_a_batch_and_of_its_requests_is_exact() =>
        Prop.ForAll(Arb.From(RandomRequests.Batches), batch =>
        {
            var encoded = CommandCodec.Encode(batch).Length;
            var requests = batch.Sum(CommandCodec.Measure);
            Assert.Equal(encoded, CommandCodec.Measure(batch));
            Assert.InRange(encoded - requests, 1, CommandCodec.MaxOverheadBytes);
        }).Check(Quietly);

    [Fact]
    public void A_truncated_batch_is_refused_wherever_it_is_cut() =>
        Prop.ForAll(Arb.From(RandomRequests.Batches), batch =>
        {
            var payload = CommandCodec.Encode(batch);
            for (var length = 0; length < payload.Length; length++)
            {
                var error = Assert.Throws<InvalidDataException>(() => CommandCodec.Decode(payload.AsSpan(0, length)));
                Assert.Contains("offset", error.Message, StringComparison.Ordinal);
            }
        }).Check(Quietly.WithMaxTest(20));

    [Fact]
    public void A_changed_bit_is_refused_or_gives_other_requests() =>
        Prop.ForAll(Arb.From(RandomRequests.Batches), batch =>
        {
            var payload = CommandCodec.Encode(batch);
            for (var bit = 0; bit < payload.Length * 8; bit++)
            {
                payload[bit / 8] ^= (byte)(1 << (bit % 8));
                var error = Record.Exception(() =>
                    Assert.NotEqual(Description.Of(batch), Description.Of(CommandCodec.Decode(payload))));
                Assert.True(error is null or InvalidDataException or UnknownFormatException, $"bit {bit}: {error}");
                payload[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }).Check(Quietly.WithMaxTest(4));

    [Fact]
    public void Bytes_after_the_last_request_are_refused()
    {
        byte[] payload = [.. CommandCodec.Encode(PutOf100Bytes), 0];
        var error = Assert.Throws<InvalidDataException>(() => CommandCodec.Decode(payload));
        Assert.Contains($"offset {payload.Length - 1}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_newer_format_asks_for_an_upgrade()
    {
        var payload = CommandCodec.Encode(PutOf100Bytes);
        payload[0] = CommandCodec.Format + 1;
        var error = Assert.Throws<UnknownFormatException>(() => CommandCodec.Decode(payload));
        Assert.Contains("upgrade first", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_count_that_cannot_be_claims_no_memory()
    {
        // Format, one request without a sender, TouchSessions of 2^31 - 1 sessions.
        byte[] payload = [CommandCodec.Format, 1, 0, (byte)CommandTag.TouchSessions, 0xFF, 0xFF, 0xFF, 0xFF, 0x07];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(() => CommandCodec.Decode(payload));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void A_transaction_in_a_transaction_is_neither_written_nor_read()
    {
        var nested = new Command.Multi([new Command.Multi([])]);
        Assert.Throws<ArgumentException>(() => CommandCodec.Encode([new Request(nested)]));
        byte[] payload = [CommandCodec.Format, 1, 0, (byte)CommandTag.Multi, 1, (byte)CommandTag.Multi, 0];
        Assert.Throws<InvalidDataException>(() => CommandCodec.Decode(payload));
    }

    [Fact]
    public void The_open_acl_takes_one_byte_and_is_shared()
    {
        Acl equal = new([.. Acl.Open.Entries]);
        static Request Creating(Acl acl) => new(new Command.Create("/a", null, CreateMode.Persistent, acl));
        var overhead = CommandCodec.Measure(Creating(new Acl([]))) - CommandCodec.Measure(Creating(equal));
        Assert.Equal(0, overhead);
        var decoded = CommandCodec.Decode(CommandCodec.Encode([Creating(equal)]))[0].Command;
        Assert.Same(Acl.Open, Assert.IsType<Command.Create>(decoded).Acl);
    }

    [Fact]
    public void A_put_costs_its_path_and_data_and_little_more() =>
        Assert.InRange(CommandCodec.Encode(PutOf100Bytes).Length, 109, 118);

    [Fact]
    public void Data_is_copied_out_of_the_payload()
    {
        var payload = CommandCodec.Encode(PutOf100Bytes);
        var put = Assert.IsType<Command.Put>(CommandCodec.Decode(payload)[0].Command);
        Array.Fill(payload, (byte)0xFF);
        Assert.Equal(new byte[100], put.Data!.Value.ToArray());
    }

    [Fact]
    public void Null_data_and_empty_data_stay_different()
    {
        Assert.Null(Decoded(null));
        Assert.Equal(0, Decoded(ReadOnlyMemory<byte>.Empty)?.Length);

        static ReadOnlyMemory<byte>? Decoded(ReadOnlyMemory<byte>? data)
        {
            var payload = CommandCodec.Encode([new Request(new Command.SetData("/a", data))]);
            return Assert.IsType<Command.SetData>(CommandCodec.Decode(payload)[0].Command).Data;
        }
    }

    [Fact]
    public void Format_1_stays_readable()
    {
        // Written by the first version; never to be changed.
        var payload = Convert.FromHexString("0102" + "0005" + "042F61" + "00" + "037879" + "00" + "01"
            + "0100000000000000" + "0F");
        var requests = CommandCodec.Decode(payload);
        Assert.Equal(new Command.ServiceResumed(), requests[1].Command);
        Assert.Equal("/a", Assert.IsType<Command.Put>(requests[0].Command).Path);
    }
}
