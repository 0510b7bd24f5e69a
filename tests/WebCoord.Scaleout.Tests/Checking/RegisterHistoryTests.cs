namespace WebCoord.Scaleout.Tests.Checking;

public sealed class RegisterHistoryTests
{
    private readonly RegisterHistory _history = new(2);

    [Fact]
    public void Each_register_is_judged_by_itself()
    {
        Add("register-0", RegisterCall.Write, "a", 0, 1);
        Add("register-1", RegisterCall.Write, "b", 2, 3);
        Add("register-0", RegisterCall.Read, "a", 4, 5);
        Assert.Empty(_history.FindViolations());
        Add("register-1", RegisterCall.Read, "a", 6, 7);
        Assert.StartsWith("register-1", Assert.Single(_history.FindViolations()), StringComparison.Ordinal);
        Assert.Equal(4, _history.Count);
    }

    [Fact]
    public void A_loss_divides_the_history()
    {
        Add("register-0", RegisterCall.Write, "a", 0, 1);
        Add("register-0", RegisterCall.Write, "b", 2, 3);
        Add("register-0", RegisterCall.Read, "b", 4, 5);
        Add("register-0", RegisterCall.Read, "a", 11, 12);
        Assert.NotEmpty(_history.FindViolations());
        Assert.Empty(_history.FindViolations(long.MinValue, 10, RegisterState.Empty));
        Assert.Empty(_history.FindViolations(10, long.MaxValue, RegisterState.Unknown));
    }

    [Fact]
    public void A_write_that_was_under_way_at_a_loss_may_have_come_before_or_after_it_or_never()
    {
        Add("register-0", RegisterCall.Write, "a", 0, 1);
        Add("register-0", RegisterCall.Write, "b", 2, 13);
        Add("register-0", RegisterCall.Read, "a", 4, 14);
        Add("register-0", RegisterCall.Read, "a", 15, 16);
        Assert.Empty(_history.FindViolations(10, long.MaxValue, RegisterState.Unknown));
        Add("register-0", RegisterCall.Read, "b", 17, 18);
        Assert.Empty(_history.FindViolations(10, long.MaxValue, RegisterState.Unknown));
        Add("register-0", RegisterCall.Read, "a", 19, 20);
        Assert.Single(_history.FindViolations(10, long.MaxValue, RegisterState.Unknown));
        Assert.Empty(_history.FindViolations(long.MinValue, 10, RegisterState.Empty));
    }

    private void Add(string register, RegisterCall call, string value, long begin, long end) => _history.Add(register,
        new RegisterOperation("client", call, value, null, RegisterOutcome.Done, begin, end));
}
