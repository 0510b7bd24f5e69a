using WebCoord.Core.Sessions;

namespace WebCoord.Core.Tests;

public sealed class SessionIdTests
{
    /// <summary>Places of sessions in the order of their creation, over the whole range of epochs.</summary>
    private static readonly Zxid[] Creations =
    [
        Zxid.Create(0, 1), Zxid.Create(0, uint.MaxValue), Zxid.Create(1, 1), Zxid.Create((1 << 24) - 1, 1),
        Zxid.Create(1 << 24, 1), Zxid.Create((1 << 24) + 1, 1), Zxid.Create(1 << 25, 1),
        Zxid.Create((1 << 25) + (1 << 24), 1), Zxid.Create(int.MaxValue, uint.MaxValue),
    ];

    [Fact]
    public void Each_is_told_from_all_others_and_tells_where_it_was_made()
    {
        var ids = Creations.Select(SessionId.From).ToArray();
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.All(ids.Zip(Creations), pair =>
        {
            Assert.True(pair.First.TryGetCreation(out var creation));
            Assert.Equal(pair.Second, creation);
        });
    }

    [Fact]
    public void They_are_ordered_as_they_were_made()
    {
        var ids = Creations.Select(SessionId.From).ToArray();
        Assert.Equal(ids, ids.Reverse().Order());
        Assert.All(ids.Zip(ids.Skip(1)), pair =>
        {
            Assert.True(pair.First < pair.Second && pair.Second > pair.First);
            Assert.True(pair.First <= pair.Second && pair.Second >= pair.First);
        });
    }

    [Fact]
    public void None_has_the_high_byte_that_ZooKeeper_keeps_for_other_things() =>
        Assert.All(Creations, creation => Assert.NotEqual(0xFF, (byte)(SessionId.From(creation).Value >>> 56)));

    [Fact]
    public void What_cannot_have_been_made_has_no_place()
    {
        Assert.False(SessionId.From(Zxid.None).TryGetCreation(out _));
        Assert.False(new SessionId(-1).TryGetCreation(out _));
    }
}
