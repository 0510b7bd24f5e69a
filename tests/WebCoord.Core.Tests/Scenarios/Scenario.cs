using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;
using WebCoord.Core.Watches;

namespace WebCoord.Core.Tests.Scenarios;

/// <summary>
/// A state machine and its watches, driven by lines of text: a verb, a path, and options. Every command is an entry of
/// its own, 100 ms after the one before; lines indented below <c>multi</c> are its operations. Options: <c>mode</c>,
/// <c>data</c>, <c>acl</c> (open, readonly, alice, auth, empty), <c>ttl</c>, <c>parents</c>, <c>version</c>,
/// <c>tag=zxid.version</c>, <c>exists</c>, <c>absent</c>, <c>as</c> (alice, bob, super), <c>session</c>, <c>owner</c>.
/// Sessions have the names that <c>open</c> gives them.
/// </summary>
internal sealed class Scenario
{
    private readonly StateMachine _machine = new(CoordinationState.Initial);
    private readonly WatchManager<string> _watches = new();
    private readonly Dictionary<string, SessionId> _sessions = new(StringComparer.Ordinal);
    private readonly List<ScenarioLine> _operations = [];
    private ScenarioLine? _multi;
    private long _now = 1_000_000;

    public IEnumerable<string> Run(string text)
    {
        var line = new ScenarioLine(text, _sessions);
        if (line.IsIndented)
        {
            _operations.Add(line);
            return [];
        }

        var before = Flush();
        return [.. before, .. Execute(line)];
    }

    /// <summary>What a transaction gives, once its last line has been read.</summary>
    public IEnumerable<string> Flush()
    {
        if (_multi is not { } multi)
        {
            return [];
        }

        _multi = null;
        var operations = _operations.Select(operation => operation.ToCommand()).ToImmutableArray();
        _operations.Clear();
        return Apply(new Command.Multi(operations), multi);
    }

    private IEnumerable<string> Execute(ScenarioLine line)
    {
        switch (line.Verb)
        {
            case "multi":
                _multi = line;
                return [];
            case "wait":
                _now += line.Number("ms") ?? 0;
                return [];
            case "tick":
                Tick(line.Number("times") ?? 1);
                return [];
            case "watch":
                _watches.Add(line.Path, Enum.Parse<WatchKind>(line.Text("kind") ?? "Data"),
                    Enum.Parse<WatchMode>(line.Text("mode") ?? "OneShot"), line.Text("name") ?? "w");
                return [];
            case "show":
                return [Show(line.Path)];
            case "sessions":
                return _machine.State.Sessions.Select(Show);
            case "clock":
                return [string.Create(CultureInfo.InvariantCulture,
                    $"the log clock is at {_machine.State.LogClockMs} ms")];
            case "instances":
                return _machine.State.Instances.Values.Select(instance => string.Create(CultureInfo.InvariantCulture,
                    $"instance {instance.Report.Id} level={instance.Report.FeatureLevel} "
                    + $"heard={instance.LastHeartbeatMs}"));
            case "epochs":
                return _machine.State.Epochs.Select(pair =>
                    string.Create(CultureInfo.InvariantCulture, $"epoch {pair.Key} began after {pair.Value}"));
            default:
                return Apply(line.ToCommand(), line);
        }
    }

    /// <summary>Time passes as it does in a running service: an entry every tick.</summary>
    private void Tick(long times)
    {
        for (var i = 0; i < times; i++)
        {
            _now += _machine.State.Settings.TickMs;
            Enter(new Request(new Command.TouchSessions([])), 0);
        }
    }

    private IEnumerable<string> Apply(Command command, ScenarioLine line)
    {
        _now += 100;
        command = command is Command.ExpireSession expire && line.Text("touched") is null
            ? expire with { LastTouchMs = _machine.State.Sessions.Find(expire.Session)?.LastTouchMs ?? 0 }
            : command;
        var request = new Request(command) { Session = line.Session, Owner = line.Owner, Identities = line.Identities };
        var result = Enter(request, (int)(line.Number("epoch") ?? 0));
        if (result.Session is { } session && line.Text("name") is { } name)
        {
            _sessions[name] = session.Id;
        }

        var deliveries = new List<Delivery<string>>();
        foreach (var change in result.Changes)
        {
            _watches.Fire(change, deliveries);
        }

        return
        [
            Of(result),
            .. result.Operations.Select(operation => "  " + Of(operation)),
            .. result.Changes.Select(change => $"  {change.Type} {change.Path} {change.Cause}"),
            .. deliveries.Select(delivery => $"  {delivery.Watcher} hears {delivery.Event.Type} {delivery.Event.Path}"),
        ];
    }

    private ApplyResult Enter(Request request, int epoch)
    {
        var last = _machine.State.LastZxid;
        var zxid = epoch > last.Epoch ? Zxid.Create(epoch, 1) : new Zxid(last.Value + 1);
        return _machine.Apply(new LogEntry
        {
            LastZxid = zxid,
            TimestampMs = _now,
            Incarnation = 1,
            Sequence = 1,
            ChainHash = ChainHash.Start,
            Requests = [request],
        })[0];
    }

    private string Show(string path)
    {
        if (_machine.State.Tree.Find(path) is not { } node)
        {
            return $"{path} is not there";
        }

        var data = node.Data is { } bytes ? $"'{Encoding.UTF8.GetString(bytes.Span)}'" : "null";
        return $"{path} {WithNames(Transcript.Of(node.Stat))} data={data}";
    }

    private string Show(Session session)
    {
        var times = string.Create(CultureInfo.InvariantCulture,
            $"timeout={session.TimeoutMs} touched={session.LastTouchMs}");
        return $"{WithNames(session.Id.ToString())} {times} ephemerals={string.Join(',', session.Ephemerals)}";
    }

    private string Of(ApplyResult result) => result switch
    {
        { Succeeded: false } => $"{result.Error}",
        { Stat: { } stat } => $"{(result.Created ? "created " : "")}{result.Path} {WithNames(Transcript.Of(stat))}",
        { Session: { } session } => $"session {Show(session)}",
        { Path: { } path } => $"done {path}",
        _ => "done",
    };

    private string WithNames(string text) => _sessions.Aggregate(text, (current, pair) =>
        current.Replace(pair.Value.ToString(), pair.Key, StringComparison.Ordinal));
}
