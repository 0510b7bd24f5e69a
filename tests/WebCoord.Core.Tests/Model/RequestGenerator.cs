using System.Collections.Immutable;
using System.Text;
using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;

namespace WebCoord.Core.Tests.Model;

/// <summary>
/// Makes one request out of one number and what the tree holds just then, so that a sequence of numbers is a whole
/// history, and a part of the sequence is a shorter one. Few names, so that requests meet each other.
/// </summary>
internal sealed class RequestGenerator(int number, ReferenceTree tree)
{
    private const string QuotaTarget = "/a/q";

    private static readonly Identity Alice = AclSchemes.Digest("alice:secret");
    private static readonly Identity Bob = AclSchemes.Digest("bob:secret");

    private static readonly Acl[] Acls =
    [
        Of(new AclEntry(Permissions.All, Alice.Scheme, Alice.Id)),
        Of(new AclEntry(Permissions.Read | Permissions.Delete, Bob.Scheme, Bob.Id),
            new AclEntry(Permissions.All, "auth", "")),
        Of(new AclEntry(Permissions.Read | Permissions.Create, "world", "anyone"),
            new AclEntry(Permissions.Write, "ip", "10.0.0.0/8")),
        Acl.ReadOnly,
        Of(new AclEntry(Permissions.Read, "world", "anyone"), new AclEntry(Permissions.All, Bob.Scheme, Bob.Id)),
        Of(new AclEntry(Permissions.All, "nonsense", "x")),
    ];

    private readonly Random _random = new(number);

    /// <summary>How far the wall clock moves first, ms: mostly a little, now and then a jump either way.</summary>
    public long NextDelayMs() => _random.Next(40) switch
    {
        0 => -_random.Next(1, 100_000),
        1 => _random.Next(1, 1_000_000),
        _ => _random.Next(0, 700),
    };

    public bool NextEpochBegins() => _random.Next(60) == 0;

    public Request Next()
    {
        var choice = _random.Next(100);
        return choice switch
        {
            < 66 => FromClient(NodeCommand()),
            < 76 => FromClient(new Command.Multi([.. Enumerable.Range(0, _random.Next(5)).Select(_ => NodeCommand())])),
            < 80 => FromClient(SetQuota()),
            < 84 => new Request(Settings()) { Identities = [Pick([Identity.Super, Alice])] },
            < 90 => new Request(new Command.Reap(Path())),
            _ => new Request(SessionCommand()),
        };
    }

    private Request FromClient(Command command)
    {
        var session = tree.Sessions.Count == 0 || _random.Next(3) == 0 ? default : AnySession();
        var owner = _random.Next(6) == 0 ? AnyOwner() : default;
        var identities = Pick<ImmutableArray<Identity>>(
            [[], [], [Alice], [Bob], [Alice, Bob], [new Identity("ip", "10.1.1.1")], [Alice, Identity.Super]]);
        return new Request(command) { Session = session, Owner = owner, Identities = identities };
    }

    private Command NodeCommand()
    {
        var condition = Condition(out var path);
        return _random.Next(12) switch
        {
            <= 4 => Create(),
            5 => new Command.Delete(path, condition),
            6 => new Command.DeleteRecursive(path, _random.Next(2) == 0 ? condition : default),
            7 => new Command.SetData(path, Data(), condition),
            8 or 9 => new Command.Put(path, Data(), _random.Next(2) == 0 ? condition : default, _random.Next(2) == 0),
            10 => new Command.SetAcl(path, AnyAcl(), AclCondition(path)),
            _ => new Command.Check(path, condition),
        };
    }

    private Command.Create Create()
    {
        var mode = (CreateMode)_random.Next(_random.Next(20) == 0 ? 8 : 7);
        var path = Path() + (mode.IsSequential() && _random.Next(3) == 0 ? "/" : "");
        path = path == "//" ? "/" : path;
        var ttl = mode is CreateMode.Ttl or CreateMode.TtlSequential ? _random.Next(-1, 3_000) : 0;
        ttl = _random.Next(30) == 0 ? 5 : ttl;
        // Of a malformed path with missing parents, any of several refusals would do.
        var parents = ZnodePath.TryParse(path.TrimEnd('/'), out _, out _) && _random.Next(5) == 0;
        return new Command.Create(path, Data(), mode, AnyAcl(), ttl, parents);
    }

    private Command SessionCommand() => _random.Next(10) switch
    {
        <= 2 => new Command.CreateSession(Pick([0, 2_500, 4_000, 100_000]), Key(1), AnyOwner()),
        3 => new Command.AttachSession(AnySession(), Key((byte)(_random.Next(8) == 0 ? 2 : 1)), _random.Next(2) * 5_000,
            AnyOwner()),
        4 or 5 => new Command.TouchSessions([AnySession(), AnySession()]),
        6 => new Command.CloseSession(AnySession()),
        7 or 8 => Expire(),
        _ => new Command.ServiceResumed(),
    };

    private Command.ExpireSession Expire()
    {
        var id = AnySession();
        var touched = tree.Sessions.GetValueOrDefault(id)?.LastTouchMs ?? 0;
        return new Command.ExpireSession(id, _random.Next(6) == 0 ? touched + 1 : touched);
    }

    /// <summary>Limits and statistics come and go together, as clients make them.</summary>
    private Command.Multi SetQuota()
    {
        const string Limits = $"/zookeeper/quota{QuotaTarget}/zookeeper_limits";
        const string Stats = $"/zookeeper/quota{QuotaTarget}/zookeeper_stats";
        if (tree.Nodes.ContainsKey(Limits))
        {
            return new Command.Multi([new Command.Delete(Limits), new Command.Delete(Stats)]);
        }

        var limits = $"count=-1,bytes=-1=;byteHardLimit={_random.Next(-1, 60)};countHardLimit={_random.Next(-1, 9)}";
        return new Command.Multi(
        [
            new Command.Create(Limits, Encoding.UTF8.GetBytes(limits), CreateMode.Persistent, Acl.Open, 0, true),
            new Command.Create(Stats, Encoding.UTF8.GetBytes("count=0,bytes=0"), CreateMode.Persistent, Acl.Open),
        ]);
    }

    private Command.UpdateSettings Settings() => new(
        new Settings
        {
            TickMs = 500,
            MaxRecursiveDelete = _random.Next(2, 12),
            EnforceQuota = _random.Next(2) == 0,
            ContainerNeverUsedMs = _random.Next(2) * 800,
        },
        Bootstrap: false);

    /// <summary>A condition that holds more often than not for the path that comes with it.</summary>
    private Precondition Condition(out string path)
    {
        path = Path();
        var node = tree.Nodes.GetValueOrDefault(path);
        var version = (node?.Version ?? 0) + (_random.Next(4) == 0 ? 1 : 0);
        var zxid = new Zxid((node?.Mzxid.Value ?? 0) + (_random.Next(6) == 0 ? 1 : 0));
        return _random.Next(8) switch
        {
            0 or 1 => Precondition.OfVersion(version),
            2 or 3 => Precondition.OfTag(zxid, version),
            4 => Precondition.Exists,
            5 => Precondition.OfVersion(-1),
            6 when node is not null => Precondition.Absent,
            _ => Precondition.None,
        };
    }

    private Precondition AclCondition(string path)
    {
        var node = tree.Nodes.GetValueOrDefault(path);
        return _random.Next(4) switch
        {
            0 => Precondition.OfVersion(node?.Aversion ?? 0),
            1 => Precondition.OfTag(node?.Czxid ?? default, node?.Aversion ?? 0),
            _ => Precondition.None,
        };
    }

    /// <summary>A path that is there, or one below such, or one made of few names, or a malformed one.</summary>
    private string Path()
    {
        var choice = _random.Next(40);
        if (choice == 0)
        {
            return Pick(["", "a", "/a//b", "/a/.", "/\u0001", "/", "/zookeeper", "/zookeeper/config",
                "/zookeeper/quota"]);
        }

        if (choice < 34)
        {
            var existing = tree.Nodes.Keys.Where(p => !p.StartsWith("/zookeeper", StringComparison.Ordinal)).ToArray();
            var path = existing[_random.Next(existing.Length)];
            return choice < 20 && path != "/" ? path : $"{path.TrimEnd('/')}/{Name()}";
        }

        return string.Concat(Enumerable.Range(0, _random.Next(1, 4)).Select(_ => "/" + Name()));
    }

    private string Name() => Pick(["a", "b", "c", "q", "n-"]);

    private ReadOnlyMemory<byte>? Data() => _random.Next(4) switch
    {
        0 => default(ReadOnlyMemory<byte>?),
        1 => ReadOnlyMemory<byte>.Empty,
        _ => new byte[_random.Next(1, 20)],
    };

    private Acl AnyAcl() => _random.Next(5) < 2 ? Pick(Acls) : Acl.Open;

    private SessionId AnySession() => tree.Sessions.Count == 0 || _random.Next(25) == 0
        ? new SessionId(99)
        : tree.Sessions.Keys.ElementAt(_random.Next(tree.Sessions.Count));

    private SessionOwner AnyOwner() => new(1, _random.Next(1, 3));

    private static byte[] Key(byte value) => [.. Enumerable.Repeat(value, 16)];

    private static Acl Of(params ImmutableArray<AclEntry> entries) => new(entries);

    private T Pick<T>(T[] items) => items[_random.Next(items.Length)];
}
