namespace WebCoord.Scaleout.Tests.Checking;

public sealed class WriteLedgerTests
{
    private static readonly Item One = new("/q/1", "one", 11);
    private static readonly Item Two = new("/q/2", "two", 12);
    private static readonly Item Three = new("/q/3", "three", 15);

    private readonly WriteLedger _ledger = new();

    public WriteLedgerTests()
    {
        foreach (var item in new[] { One, Two })
        {
            _ledger.Begin(item.Data);
            _ledger.Acknowledge(item);
        }

        _ledger.Begin(Three.Data);
    }

    [Fact]
    public void What_was_acknowledged_and_is_there_is_well() => Assert.Empty(_ledger.FindViolations([One, Two]));

    [Fact]
    public void An_unknown_outcome_may_be_there() => Assert.Empty(_ledger.FindViolations([One, Two, Three]));

    [Fact]
    public void A_lost_item_is_found() => AssertFound("acknowledged: Item { Path = /q/1", [Two]);

    [Fact]
    public void A_duplicate_is_found() => AssertFound("duplicated", [One, Two, Two with { Path = "/q/4", Zxid = 16 }]);

    [Fact]
    public void A_duplicate_of_an_unknown_outcome_is_found() =>
        AssertFound("duplicated", [One, Two, Three, Three with { Path = "/q/4", Zxid = 16 }]);

    [Fact]
    public void An_item_of_nobody_is_found() =>
        AssertFound("nobody wrote", [One, Two, new Item("/q/3", "whose", 15)]);

    [Fact]
    public void An_item_that_was_moved_is_found() =>
        AssertFound("acknowledged", [One, Two with { Path = "/q/3" }]);

    [Fact]
    public void Another_zxid_than_the_acknowledged_one_is_found() =>
        AssertFound("acknowledged", [One, Two with { Zxid = 13 }]);

    [Fact]
    public void Names_out_of_order_are_found() =>
        AssertFound("out of order", [One, Two, Three with { Path = "/q/0" }]);

    [Fact]
    public void A_refused_item_that_is_there_is_found()
    {
        _ledger.Refuse(Three.Data);
        Assert.Empty(_ledger.FindViolations([One, Two]));
        AssertFound("was said not to be applied", [One, Two, Three]);
    }

    [Fact]
    public void What_was_announced_as_lost_may_and_must_be_gone()
    {
        _ledger.Lose(11, 15);
        Assert.Equal(1, _ledger.CountLost());
        Assert.Empty(_ledger.FindViolations([One, Three]));
        AssertFound("was announced as lost and is there", [One, Two, Three]);
        AssertFound("acknowledged: Item { Path = /q/1", [Three]);
    }

    private void AssertFound(string violation, IReadOnlyCollection<Item> found) =>
        Assert.Contains(_ledger.FindViolations(found), text => text.Contains(violation, StringComparison.Ordinal));
}
