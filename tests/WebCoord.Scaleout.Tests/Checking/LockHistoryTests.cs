namespace WebCoord.Scaleout.Tests.Checking;

public sealed class LockHistoryTests
{
    private readonly LockHistory _history = new();

    [Fact]
    public void One_after_the_other_is_well()
    {
        _history.Held("a", 0, 10);
        _history.Held("b", 10, 20);
        _history.Held("a", 21, 30);
        Assert.Empty(_history.FindViolations());
        Assert.Equal(3, _history.Count);
    }

    [Fact]
    public void Two_at_once_are_found()
    {
        _history.Held("b", 9, 20);
        _history.Held("a", 0, 10);
        Assert.Single(_history.FindViolations());
    }

    [Fact]
    public void One_within_the_time_of_another_is_found_though_a_third_lies_between()
    {
        _history.Held("a", 0, 100);
        _history.Held("b", 10, 20);
        _history.Held("c", 30, 40);
        Assert.Equal(2, _history.FindViolations().Count);
    }
}
