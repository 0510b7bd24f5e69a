namespace WebCoord.Scaleout.Tests.Checking;

public sealed class EventLedgerTests
{
    private static readonly Item[] Items = [new("/q/1", "one", 11), new("/q/2", "two", 12), new("/q/3", "three", 15)];

    private readonly EventLedger _ledger = new();
    private readonly WatchedConnection _connection;

    public EventLedgerTests() => _connection = _ledger.Open("watcher");

    [Fact]
    public void One_event_for_each_registration_is_well()
    {
        Tell((1, "a", 5), (3, "b", 11), (5, "c", 15));
        Fire((2, "a", 11), (4, "b", 12));
        Assert.Empty(_ledger.FindViolations(Items));
        Assert.Equal(2, _ledger.EventCount);
    }

    [Fact]
    public void A_missing_event_is_found()
    {
        Tell((1, "a", 5));
        AssertFound("had to tell of 11 and told of []");
    }

    [Fact]
    public void A_connection_that_ended_owes_no_event()
    {
        Tell((1, "a", 5));
        _connection.End();
        Assert.Empty(_ledger.FindViolations(Items));
    }

    [Fact]
    public void A_second_event_is_found()
    {
        Tell((1, "a", 5));
        Fire((2, "a", 11), (3, "a", 12));
        AssertFound("told of [11, 12]");
    }

    [Fact]
    public void An_event_that_passes_over_a_change_is_found()
    {
        Tell((1, "a", 5));
        Fire((2, "a", 12));
        AssertFound("had to tell of 11 and told of [12]");
    }

    [Fact]
    public void An_event_of_what_never_happened_is_found()
    {
        Tell((1, "a", 15));
        Fire((2, "a", 17));
        AssertFound("told of [17]");
    }

    [Fact]
    public void An_event_without_a_watch_is_found()
    {
        Fire((2, "z", 11));
        AssertFound("an event of no watch");
    }

    [Fact]
    public void Events_out_of_order_are_found()
    {
        Tell((1, "a", 11), (2, "b", 5));
        Fire((3, "a", 12), (4, "b", 11));
        AssertFound("came before");
    }

    [Fact]
    public void An_event_that_comes_after_an_answer_that_shows_it_is_found()
    {
        Tell((1, "a", 5));
        _connection.Answered(2, 11);
        Fire((3, "a", 11));
        AssertFound("came after an answer that shows 11");
    }

    [Fact]
    public void What_was_armed_before_a_loss_is_not_looked_at()
    {
        Tell((1, "a", 5));
        Fire((2, "a", 7));
        AssertFound("told of [7]");
        Assert.Empty(_ledger.FindViolations(Items, from: 10));
    }

    private void Tell(params (int Order, string Watch, long Zxid)[] armed)
    {
        foreach (var (order, watch, zxid) in armed)
        {
            _connection.Armed(order, watch, zxid);
        }
    }

    private void Fire(params (int Order, string Watch, long Zxid)[] fired)
    {
        foreach (var (order, watch, zxid) in fired)
        {
            _connection.Fired(order, watch, zxid);
        }
    }

    private void AssertFound(string violation) => Assert.Contains(_ledger.FindViolations(Items),
        text => text.Contains(violation, StringComparison.Ordinal));
}
