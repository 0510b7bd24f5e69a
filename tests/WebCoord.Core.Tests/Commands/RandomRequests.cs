using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;

namespace WebCoord.Core.Tests.Commands;

/// <summary>Makes requests of every kind, with the values that formats get wrong: extremes, nothing, text beyond ASCII
/// and unpaired surrogates.</summary>
internal sealed class RandomRequests(Random random)
{
    private const int CommandKinds = 20;

    public static Gen<ImmutableArray<Request>> Batches { get; } =
        Gen.Choose(0, int.MaxValue).Select(seed => new RandomRequests(new Random(seed)).Batch());

    private ImmutableArray<Request> Batch() => Several(4, One);

    public Request One() => new(AnyCommand(random.Next(CommandKinds)))
    {
        Session = Bool() ? SessionId.None : new SessionId(Long()),
        Owner = Owner(),
        Identities = Several(3, () => new Identity(Text(), Text())),
    };

    public bool Bool() => random.Next(2) == 0;

    public int Int() => random.Next(5) switch
    {
        0 => Pick(int.MinValue, int.MaxValue, 63, 64, -64, -65, 8191, 8192),
        1 => random.Next(100_000),
        _ => random.Next(-3, 4),
    };

    public long Long() => random.Next(3) switch
    {
        0 => Pick(long.MinValue, long.MaxValue, 1L << 32, (1L << 40) - 1, -(1L << 55)),
        1 => random.NextInt64(),
        _ => Int(),
    };

    public string Text() => random.Next(3) switch
    {
        0 => Pick("", "/", "world", "/\u00FC", "/\U0001F600", "\uD800", "\0\u007F\u0080", new string('a', 300)),
        1 => new string([.. Several(5, () => (char)random.Next(0x10000))]),
        _ => "/app/db/" + random.Next(100),
    };

    public ReadOnlyMemory<byte> Bytes()
    {
        var bytes = new byte[Pick(0, 1, 16, 300)];
        random.NextBytes(bytes);
        return bytes;
    }

    public ReadOnlyMemory<byte>? Data() => random.Next(4) == 0 ? default(ReadOnlyMemory<byte>?) : Bytes();

    public SessionOwner Owner() => Bool() ? default : new SessionOwner(Long(), Long());

    public Acl Acl() => random.Next(4) switch
    {
        0 => Core.Tree.Acl.Open,
        1 => Core.Tree.Acl.ReadOnly,
        _ => new Acl(Several(3, () => new AclEntry((Permissions)Int(), Text(), Text()))),
    };

    public Settings Settings() => new()
    {
        TickMs = Int(),
        MinTimeoutMs = Int(),
        MaxTimeoutMs = Int(),
        MaxDataBytes = Int(),
        MaxTransactionBytes = Int(),
        MaxNodes = Long(),
        MaxBytes = Long(),
        MaxRecursiveDelete = Int(),
        EnforceQuota = Bool(),
        ContainerNeverUsedMs = Long(),
    };

    public InstanceReport Report() =>
        new(Long(), Text(), Text(), Int(), new Zxid(Long()), (ulong)Long(), Int(), Int());

    public ImmutableArray<T> Several<T>(int most, Func<T> make) =>
        [.. Enumerable.Range(0, random.Next(most + 1)).Select(_ => make())];

    private T Pick<T>(params ReadOnlySpan<T> items) => items[random.Next(items.Length)];

    private Precondition Precondition() => random.Next(5) switch
    {
        0 => Core.Commands.Precondition.OfVersion(Int()),
        1 => Core.Commands.Precondition.OfTag(new Zxid(Long()), Int()),
        2 => Core.Commands.Precondition.Exists,
        3 => Core.Commands.Precondition.Absent,
        _ => Core.Commands.Precondition.None,
    };

    private Command AnyCommand(int kind) => kind switch
    {
        0 => new Command.Create(Text(), Data(), (CreateMode)random.Next(7), Acl(), Long(), Bool()),
        1 => new Command.Delete(Text(), Precondition()),
        2 => new Command.DeleteRecursive(Text(), Precondition()),
        3 => new Command.SetData(Text(), Data(), Precondition()),
        4 => new Command.Put(Text(), Data(), Precondition(), Bool()),
        5 => new Command.SetAcl(Text(), Acl(), Precondition()),
        6 => new Command.Check(Text(), Precondition()),
        7 => new Command.CreateSession(Int(), Bytes(), Owner()),
        8 => new Command.AttachSession(new SessionId(Long()), Bytes(), Int(), Owner()),
        9 => new Command.TouchSessions(Several(5, () => new SessionId(Long()))),
        10 => new Command.CloseSession(new SessionId(Long())),
        11 => new Command.ExpireSession(new SessionId(Long()), Long()),
        12 => new Command.Reap(Text()),
        13 => new Command.ServiceResumed(),
        14 => new Command.UpdateSettings(Settings(), Bool()),
        15 => new Command.RaiseFeatureLevel(Int()),
        16 => new Command.InstanceHeartbeat(Report()),
        17 => new Command.InstanceLeft(Long(), Bool() ? null : Long()),
        18 => new Command.EndSessions(Several(5, () => new SessionId(Long())), (SessionEndReason)random.Next(3)),
        _ => new Command.Multi(Several(4, () => AnyCommand(random.Next(CommandKinds - 1)))),
    };
}
