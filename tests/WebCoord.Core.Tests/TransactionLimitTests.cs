using System.Collections.Immutable;
using WebCoord.Core.Commands;
using WebCoord.Core.Tree;

namespace WebCoord.Core.Tests;

public sealed class TransactionLimitTests
{
    [Fact]
    public void A_transaction_of_too_many_operations_is_refused_whole()
    {
        Assert.Equal(ErrorCode.Ok, Apply(CommandFacts.MaxOperations).Error);
        Assert.Equal(ErrorCode.TooLarge, Apply(CommandFacts.MaxOperations + 1).Error);
    }

    [Fact]
    public void The_ACLs_of_a_transaction_count_towards_its_bytes()
    {
        var acl = new Acl([new AclEntry(Permissions.Read, "x509", "CN=" + new string('x', 300_000))]);
        Command[] operations =
        [
            new Command.Create("/a", null, CreateMode.Persistent, acl),
            new Command.Create("/b", null, CreateMode.Persistent, acl),
        ];
        Assert.Equal(ErrorCode.TooLarge, Apply([.. operations]).Error);
        Assert.Equal(ErrorCode.Ok, Apply([operations[0]]).Error);
    }

    private static ApplyResult Apply(int operations) =>
        Apply([.. Enumerable.Repeat<Command>(new Command.Check("/"), operations)]);

    private static ApplyResult Apply(ImmutableArray<Command> operations) =>
        new StateMachine(CoordinationState.Initial).Apply(new LogEntry
        {
            LastZxid = new Zxid(1),
            TimestampMs = 1,
            Incarnation = 1,
            Sequence = 1,
            ChainHash = ChainHash.Start,
            Requests = [new Request(new Command.Multi(operations))],
        })[0];
}
