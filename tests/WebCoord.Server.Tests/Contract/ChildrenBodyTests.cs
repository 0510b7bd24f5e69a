using WebCoord.Core;
using WebCoord.Core.Commands;
using WebCoord.Core.Tree;
using WebCoord.Server.Contract;

namespace WebCoord.Server.Tests.Contract;

public sealed class ChildrenBodyTests
{
    private const int MebiByte = 1 << 20;

    [Fact]
    public void A_page_ends_before_its_data_is_too_large_and_the_next_goes_on_there()
    {
        var parent = ParentOf(("a", 2 * MebiByte), ("b", MebiByte), ("c", MebiByte), ("d", 10), ("e", 10));
        var first = PageAfter(parent, null);
        Assert.Equal(["a", "b"], Names(first));
        Assert.Equal("b", first.Next);
        var second = PageAfter(parent, first.Next);
        Assert.Equal(["c", "d", "e"], Names(second));
        Assert.Null(second.Next);
    }

    [Fact]
    public void A_child_that_is_too_large_alone_is_a_page_of_its_own()
    {
        var parent = ParentOf(("a", 5 * MebiByte), ("b", 5 * MebiByte));
        Assert.Equal(["a"], Names(PageAfter(parent, null)));
        Assert.Equal("a", PageAfter(parent, null).Next);
        Assert.Equal(["b"], Names(PageAfter(parent, "a")));
        Assert.Null(PageAfter(parent, "a").Next);
    }

    [Fact]
    public void Data_that_is_not_shown_takes_no_room()
    {
        var parent = ParentOf(("a", 3 * MebiByte), ("b", 3 * MebiByte), ("c", 3 * MebiByte));
        Assert.Equal(["a", "b", "c"], Names(PageAfter(parent, null, Inclusion.Stat)));
        Assert.Equal(["a", "b", "c"], Names(PageAfter(parent, null, Inclusion.Data, readable: false)));
    }

    [Fact]
    public void A_page_of_exactly_all_children_is_the_last()
    {
        var parent = ParentOf(("a", 1), ("b", 1));
        Assert.Null(PageAfter(parent, null, limit: 2).Next);
        Assert.Equal("a", PageAfter(parent, null, limit: 1).Next);
    }

    private static ChildrenBody PageAfter(Znode parent, string? after, Inclusion include = Inclusion.Data,
        bool readable = true, int limit = 100)
    {
        Assert.True(ZnodePath.TryParse("/p", out var path, out _));
        return ChildrenBody.From(path, parent, after, limit, include, _ => readable);
    }

    private static IEnumerable<string> Names(ChildrenBody page) => page.Children.Select(child => child.Name);

    private static Znode ParentOf(params (string Name, int Bytes)[] children)
    {
        var settings = new Settings { MaxDataBytes = int.MaxValue };
        var puts = children.Select(child => new Command.Put($"/p/{child.Name}",
            Enumerable.Repeat((byte)'x', child.Bytes).ToArray(), CreateParents: true));
        Command[] commands = [new Command.UpdateSettings(settings, Bootstrap: true), .. puts];
        var machine = new StateMachine(CoordinationState.Initial);
        machine.Apply(new LogEntry
        {
            LastZxid = new Zxid(commands.Length),
            TimestampMs = 1,
            Incarnation = 1,
            Sequence = 1,
            ChainHash = ChainHash.Start,
            Requests = [.. commands.Select(command => new Request(command))],
        });
        return machine.State.Tree.Find("/p")!;
    }
}
