using WebCoord.Core;
using WebCoord.Core.Tree;
using WebCoord.Server.Rest;

namespace WebCoord.Server.Tests.Rest;

public sealed class PinnedStatesTests : IDisposable
{
    private static readonly CoordinationState State = CoordinationState.Initial;
    private static readonly ZnodePath Path = ZnodePath.Root.Child("a");

    private readonly ManualTime _time = new();
    private readonly PinnedStates _pins;

    public PinnedStatesTests() => _pins = new PinnedStates(_time);

    public void Dispose() => _pins.Dispose();

    [Fact]
    public void A_cursor_leads_to_its_state_and_place()
    {
        Assert.True(_pins.TryResume(_pins.Pin(State, Path, "name"), Path, out var page));
        Assert.Same(State, page.State);
        Assert.Equal("name", page.After);
        Assert.True(_pins.TryResume(PinnedStates.CursorOf(page.Id, "next"), Path, out page));
        Assert.Same(State, page.State);
        Assert.Equal("next", page.After);
    }

    [Fact]
    public void A_cursor_is_good_for_its_node_only() =>
        Assert.False(_pins.TryResume(_pins.Pin(State, Path, "name"), ZnodePath.Root.Child("b"), out _));

    [Fact]
    public void A_cursor_is_good_for_its_lifetime_and_its_state_goes_after_it()
    {
        var cursor = _pins.Pin(State, Path, "name");
        _time.Advance(PinnedStates.Lifetime - TimeSpan.FromMilliseconds(1));
        Assert.True(_pins.TryResume(cursor, Path, out var page));
        Assert.NotNull(page.State);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(_pins.TryResume(cursor, Path, out page));
        Assert.Null(page.State);
        _time.Advance(PinnedStates.Lifetime / 4);
        Assert.Equal(0, _pins.Count);
    }

    [Fact]
    public void The_oldest_listing_makes_room()
    {
        var cursors = new List<string>();
        for (var i = 0; i <= PinnedStates.Capacity; i++)
        {
            cursors.Add(_pins.Pin(State, Path, "name"));
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal(PinnedStates.Capacity, _pins.Count);
        Assert.True(_pins.TryResume(cursors[0], Path, out var page));
        Assert.Null(page.State);
        Assert.True(_pins.TryResume(cursors[1], Path, out page));
        Assert.NotNull(page.State);
        Assert.True(_pins.TryResume(cursors[^1], Path, out page));
        Assert.NotNull(page.State);
    }
}
