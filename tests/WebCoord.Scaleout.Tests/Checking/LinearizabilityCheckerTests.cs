namespace WebCoord.Scaleout.Tests.Checking;

public sealed class LinearizabilityCheckerTests
{
    [Fact]
    public void Calls_one_after_the_other_are_in_order() => AssertFits(
        Read(null, 0, 1), Write("a", 2, 3), Read("a", 4, 5), Swap("a", "b", 6, 7), Read("b", 8, 9));

    [Fact]
    public void A_read_during_a_write_may_see_either() => AssertFits(
        Write("a", 0, 1), Write("b", 10, 20), Read("a", 11, 12), Read("b", 13, 14));

    [Fact]
    public void A_read_of_the_past_is_found() => AssertViolated(
        Write("a", 0, 1), Write("b", 2, 3), Read("a", 4, 5));

    [Fact]
    public void Two_reads_that_see_a_write_come_and_go_are_found() => AssertViolated(
        Write("a", 0, 1), Write("b", 10, 20), Read("b", 11, 12), Read("a", 13, 14));

    [Fact]
    public void A_lost_write_is_found() => AssertViolated(Write("a", 0, 1), Read(null, 2, 3));

    [Fact]
    public void A_read_of_what_nobody_wrote_is_found() => AssertViolated(Write("a", 0, 1), Read("z", 2, 3));

    [Fact]
    public void A_lost_update_is_found() => AssertViolated(
        Write("a", 0, 1), Swap("a", "b", 2, 10), Swap("a", "c", 3, 9));

    [Fact]
    public void A_swap_that_is_refused_though_nothing_else_was_there_is_found() => AssertViolated(
        Write("a", 0, 1), Swap("a", "b", 2, 3, RegisterOutcome.Refused));

    [Fact]
    public void A_swap_may_be_refused_because_of_a_swap_beside_it() => AssertFits(
        Write("a", 0, 1), Swap("a", "b", 2, 10), Swap("a", "c", 3, 9, RegisterOutcome.Refused));

    [Fact]
    public void A_write_of_unknown_outcome_may_take_effect_late() => AssertFits(
        Write("a", 0, 1), Write("b", 2, 3, RegisterOutcome.Unknown), Read("a", 100, 101), Read("b", 102, 103));

    [Fact]
    public void A_write_of_unknown_outcome_may_never_take_effect() => AssertFits(
        Write("a", 0, 1), Write("b", 2, 3, RegisterOutcome.Unknown), Read("a", 100, 101));

    [Fact]
    public void A_write_of_unknown_outcome_does_not_take_effect_before_it_begins() => AssertViolated(
        Write("a", 0, 1), Read("b", 2, 3), Write("b", 4, 5, RegisterOutcome.Unknown));

    [Fact]
    public void A_write_of_unknown_outcome_takes_effect_only_once() => AssertViolated(
        Write("b", 0, 1, RegisterOutcome.Unknown), Read("b", 2, 3), Write("c", 4, 5), Read("b", 6, 7));

    [Fact]
    public void A_swap_of_unknown_outcome_takes_effect_only_on_what_it_expects() => AssertViolated(
        Write("a", 0, 1), Write("c", 2, 3), Swap("a", "b", 4, 5, RegisterOutcome.Unknown), Read("b", 6, 7));

    [Fact]
    public void A_refused_swap_may_be_explained_by_a_write_that_nobody_saw() => AssertFits(
        Write("a", 0, 1), Write("x", 2, 3, RegisterOutcome.Unknown), Swap("a", "b", 4, 5, RegisterOutcome.Refused),
        Write("c", 6, 7), Read("c", 8, 9));

    [Fact]
    public void What_a_register_holds_at_first_may_be_left_open()
    {
        RegisterOperation[] history = [Read("kept", 0, 1), Swap("kept", "a", 2, 3), Read("a", 4, 5)];
        Assert.Null(LinearizabilityChecker.FindViolation(history, RegisterState.Unknown));
        Assert.NotNull(LinearizabilityChecker.FindViolation(history, RegisterState.Empty));
        Assert.NotNull(LinearizabilityChecker.FindViolation([.. history, Read("kept", 6, 7)], RegisterState.Unknown));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Histories_of_a_true_register_fit_and_those_of_a_stale_one_do_not(int seed)
    {
        var history = History(new Random(seed), isStale: false);
        Assert.Null(LinearizabilityChecker.FindViolation(history, RegisterState.Empty));
        var stale = History(new Random(seed), isStale: true);
        Assert.NotNull(LinearizabilityChecker.FindViolation(stale, RegisterState.Empty));
    }

    /// <summary>The calls of four clients on a register in memory, each taking effect at a moment between its begin and
    /// its end; some answers are lost. A stale register answers some reads with what it held long ago.</summary>
    private static List<RegisterOperation> History(Random random, bool isStale)
    {
        List<RegisterOperation> history = [];
        var ends = new long[4];
        string? value = null;
        string? old = null;
        for (var moment = 10; moment < 4_000; moment += 10)
        {
            old = moment == 1_000 ? value : old;
            var client = random.Next(ends.Length);
            var begin = Math.Max(ends[client] + 1, moment - random.Next(25));
            var end = moment + random.Next(1, 25);
            if (begin >= moment)
            {
                continue;
            }

            ends[client] = end;
            var written = $"v{moment}";
            var outcome = random.Next(20) == 0 ? RegisterOutcome.Unknown : RegisterOutcome.Done;
            switch (random.Next(3))
            {
                case 0:
                    history.Add(Write(written, begin, end, outcome));
                    value = written;
                    break;
                case 1:
                    history.Add(Swap(value, written, begin, end, outcome));
                    value = written;
                    break;
                default:
                    history.Add(Read(isStale && moment > 2_000 && random.Next(10) == 0 ? old : value, begin, end));
                    break;
            }
        }

        return history;
    }

    private static void AssertFits(params RegisterOperation[] history) =>
        Assert.Null(LinearizabilityChecker.FindViolation(history, RegisterState.Empty));

    private static void AssertViolated(params RegisterOperation[] history) =>
        Assert.NotNull(LinearizabilityChecker.FindViolation(history, RegisterState.Empty));

    private static RegisterOperation Read(string? value, long begin, long end) =>
        new("r", RegisterCall.Read, value, null, RegisterOutcome.Done, begin, end);

    private static RegisterOperation Write(string value, long begin, long end,
        RegisterOutcome outcome = RegisterOutcome.Done) =>
        new("w", RegisterCall.Write, value, null, outcome, begin, end);

    private static RegisterOperation Swap(string? expected, string value, long begin, long end,
        RegisterOutcome outcome = RegisterOutcome.Done) =>
        new("s", RegisterCall.Swap, value, expected, outcome, begin, end);
}
