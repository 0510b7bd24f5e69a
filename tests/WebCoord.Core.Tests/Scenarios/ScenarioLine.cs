using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;

namespace WebCoord.Core.Tests.Scenarios;

/// <summary>One line of a scenario, taken apart.</summary>
internal sealed class ScenarioLine
{
    private static readonly Identity Alice = AclSchemes.Digest("alice:secret");

    private readonly Dictionary<string, string> _options;
    private readonly Dictionary<string, SessionId> _sessions;

    public ScenarioLine(string text, Dictionary<string, SessionId> sessions)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        _sessions = sessions;
        _options = words.Skip(1).Where(word => word[0] != '/').Select(word => word.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair.Length > 1 ? pair[1] : "", StringComparer.Ordinal);
        IsIndented = text[0] == ' ';
        Verb = words[0];
        Path = words.Skip(1).FirstOrDefault(word => word[0] == '/') ?? Text("path") ?? "";
    }

    public bool IsIndented { get; }

    public string Verb { get; }

    public string Path { get; }

    public SessionId Session => SessionNamed("session");

    public SessionOwner Owner => Number("owner") is { } connection ? new SessionOwner(1, connection) : default;

    public ImmutableArray<Identity> Identities => Text("as") switch
    {
        "alice" => [Alice],
        "bob" => [AclSchemes.Digest("bob:secret")],
        "super" => [Identity.Super],
        _ => [],
    };

    public string? Text(string option) => _options.GetValueOrDefault(option);

    public long? Number(string option) =>
        Text(option) is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;

    public Command ToCommand() => Verb switch
    {
        "create" => new Command.Create(Path, Data, Mode, Acl, Number("ttl") ?? 0, Text("parents") is not null),
        "delete" => new Command.Delete(Path, Condition),
        "deleteall" => new Command.DeleteRecursive(Path, Condition),
        "set" => new Command.SetData(Path, Data, Condition),
        "put" => new Command.Put(Path, Data, Condition, Text("parents") is not null),
        "setacl" => new Command.SetAcl(Path, Acl, Condition),
        "check" => new Command.Check(Path, Condition),
        "open" => new Command.CreateSession((int)(Number("timeout") ?? 4_000), Key, Owner),
        "attach" => new Command.AttachSession(SessionNamed("id"), Key, (int)(Number("timeout") ?? 0), Owner),
        "touch" => new Command.TouchSessions([SessionNamed("id")]),
        "close" => new Command.CloseSession(SessionNamed("id")),
        "expire" => new Command.ExpireSession(SessionNamed("id"), Number("touched") ?? 0),
        "end" => new Command.EndSessions(SessionsNamed("ids"), SessionEndReason.LogRegressed),
        "reap" => new Command.Reap(Path),
        "resume" => new Command.ServiceResumed(),
        "settings" => new Command.UpdateSettings(Settings, Text("bootstrap") is not null),
        "level" => new Command.RaiseFeatureLevel((int)(Number("to") ?? 0)),
        "heartbeat" => new Command.InstanceHeartbeat(Report),
        "leave" => new Command.InstanceLeft(Number("instance") ?? 1, Number("heard")),
        _ => throw new InvalidDataException($"no scenario has the verb '{Verb}'"),
    };

    private ReadOnlyMemory<byte>? Data =>
        Text("data") is { } text ? Encoding.UTF8.GetBytes(text) : default(ReadOnlyMemory<byte>?);

    private CreateMode Mode => Enum.Parse<CreateMode>(Text("mode") ?? "Persistent");

    private byte[] Key => [.. Enumerable.Repeat((byte)(Number("key") ?? 1), 16)];

    private Acl Acl => Text("acl") switch
    {
        "readonly" => Acl.ReadOnly,
        "alice" => new Acl([new AclEntry(Permissions.All, Alice.Scheme, Alice.Id)]),
        "auth" => new Acl([new AclEntry(Permissions.All, "auth", "")]),
        "empty" => new Acl([]),
        _ => Acl.Open,
    };

    private Precondition Condition => this switch
    {
        _ when Number("version") is { } version => Precondition.OfVersion((int)version),
        _ when Text("tag")?.Split('.') is [var zxid, var version] => Precondition.OfTag(
            new Zxid(long.Parse(zxid, CultureInfo.InvariantCulture)), int.Parse(version, CultureInfo.InvariantCulture)),
        _ when Text("exists") is not null => Precondition.Exists,
        _ when Text("absent") is not null => Precondition.Absent,
        _ => Precondition.None,
    };

    private Settings Settings => new()
    {
        TickMs = (int)(Number("tick") ?? 500),
        MaxDataBytes = (int)(Number("data") ?? 1_000),
        MaxNodes = Number("nodes") ?? 1_000,
        MaxBytes = Number("bytes") ?? 1_000_000,
        MaxRecursiveDelete = (int)(Number("recursive") ?? 100),
        EnforceQuota = Text("quota") is not null,
        ContainerNeverUsedMs = Number("unused") ?? 0,
    };

    private InstanceReport Report =>
        new(Number("instance") ?? 1, "name" + Text("instance"), "a", (int)(Number("level") ?? 1), Zxid.None, 0, 0, 0);

    private ImmutableArray<SessionId> SessionsNamed(string option) =>
        [.. (Text(option) ?? "").Split(',').Select(name => _sessions.GetValueOrDefault(name, new SessionId(99)))];

    private SessionId SessionNamed(string option) =>
        Text(option) is { } name ? _sessions.GetValueOrDefault(name, new SessionId(99)) : default;
}
