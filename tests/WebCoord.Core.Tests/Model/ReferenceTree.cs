using System.Collections.Immutable;
using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;

namespace WebCoord.Core.Tests.Model;

/// <summary>
/// What the state machine must do, as simply as it can be said: a dictionary of nodes that change in place, copied
/// whole before every request and put back when the request fails. Written from the semantics, not from the state
/// machine. </summary>
internal sealed class ReferenceTree
{
    public SortedDictionary<string, ReferenceNode> Nodes { get; private set; } = new(StringComparer.Ordinal)
    {
        ["/"] = new ReferenceNode { Acl = Acl.Open },
        ["/zookeeper"] = new ReferenceNode { Acl = Acl.Open, Data = [] },
        ["/zookeeper/quota"] = new ReferenceNode { Acl = Acl.Open, Data = [] },
        ["/zookeeper/config"] = new ReferenceNode { Acl = Acl.ReadOnly, Data = [], Aversion = -1 },
    };

    public SortedDictionary<SessionId, ReferenceSession> Sessions { get; } = [];

    public SortedDictionary<int, Zxid> Epochs { get; } = [];

    public Settings Settings { get; private set; } = new();

    public long ClockMs { get; private set; }

    public long NowMs { get; private set; }

    public Zxid Zxid { get; private set; }

    public List<Change> Changes { get; } = [];

    private bool _settingsWereSet;

    /// <summary>Begins an entry: moves the log clock, and notes a new epoch.</summary>
    public void Begin(LogEntry entry)
    {
        var elapsed = entry.TimestampMs - NowMs;
        ClockMs += Math.Clamp(elapsed, 0, Settings.TickMs);
        if (elapsed > 3 * Settings.TickMs && Zxid != Zxid.None)
        {
            Touch([.. Sessions.Keys]);
        }

        NowMs = entry.TimestampMs;
        if (entry.FirstZxid.Epoch > Zxid.Epoch)
        {
            Epochs[entry.FirstZxid.Epoch] = Zxid;
        }
    }

    public ApplyResult Apply(Zxid zxid, Request request)
    {
        Zxid = zxid;
        Changes.Clear();
        var copy = new SortedDictionary<string, ReferenceNode>(Nodes.ToDictionary(p => p.Key, p => p.Value.Copy()),
            StringComparer.Ordinal);
        try
        {
            var result = request.Command is Command.Multi multi
                ? Transact(multi, request)
                : Run(request.Command, request);
            return result with { Zxid = zxid, Changes = [.. Changes] };
        }
        catch (RefusedException refused)
        {
            Nodes = copy;
            var isTransaction = request.Command is Command.Multi && refused.Error != ErrorCode.SessionMoved;
            var count = isTransaction ? ((Command.Multi)request.Command).Operations.Length : 0;
            var operations = Enumerable.Range(0, count).Select(i => new ApplyResult
            {
                Error = i < refused.Operation ? ErrorCode.Ok
                    : i == refused.Operation ? refused.Error
                    : ErrorCode.RuntimeInconsistency,
            });
            return new ApplyResult { Zxid = zxid, Error = refused.Error, Operations = [.. operations] };
        }
    }

    public int ChildrenOf(string path) => ChildNames(path).Count();

    public IEnumerable<string> ChildNames(string path) => Nodes.Keys.Where(p => p != "/" && ParentOf(p) == path);

    /// <summary>The node and all below it.</summary>
    public IEnumerable<string> Subtree(string path) =>
        Nodes.Keys.Where(p => p == path || p.StartsWith(path.TrimEnd('/') + "/", StringComparison.Ordinal));

    public IEnumerable<string> EphemeralsOf(SessionId session) =>
        Nodes.Where(p => p.Value.Owner == session && session != SessionId.None).Select(p => p.Key);

    public static string ParentOf(string path) => path[..Math.Max(1, path.LastIndexOf('/'))];

    private ApplyResult Transact(Command.Multi multi, Request request)
    {
        if (multi.Operations.IsEmpty)
        {
            new ReferenceOperations(this, request).CheckSession();
        }

        new ReferenceOperations(this, request).CheckOwner();
        var results = ImmutableArray.CreateBuilder<ApplyResult>();
        foreach (var operation in multi.Operations)
        {
            try
            {
                results.Add(Run(operation, request));
            }
            catch (RefusedException refused)
            {
                throw new RefusedException(refused.Error, results.Count);
            }
        }

        return new ApplyResult { Operations = results.ToImmutable() };
    }

    private ApplyResult Run(Command command, Request request)
    {
        var operations = new ReferenceOperations(this, request);
        return command switch
        {
            Command.Create create => operations.Create(create),
            Command.Delete delete => operations.Delete(delete),
            Command.DeleteRecursive delete => operations.DeleteRecursive(delete),
            Command.SetData set => operations.SetData(set.Path, set.Data, set.Precondition),
            Command.Put put => operations.Put(put),
            Command.SetAcl set => operations.SetAcl(set),
            Command.Check check => operations.Check(check),
            Command.Reap reap => operations.Reap(reap),
            _ => RunService(command, request),
        };
    }

    private ApplyResult RunService(Command command, Request request)
    {
        switch (command)
        {
            case Command.CreateSession create:
                var id = SessionId.From(Zxid);
                Sessions[id] = new ReferenceSession(Clamp(create.TimeoutMs), ClockMs, create.Key.ToArray(),
                    create.Owner);
                break;
            case Command.AttachSession attach:
                var session = Sessions.GetValueOrDefault(attach.Session)
                    ?? throw new RefusedException(ErrorCode.SessionExpired);
                Refuse(!attach.Key.Span.SequenceEqual(session.Key), ErrorCode.AuthFailed);
                var timeout = attach.TimeoutMs == 0 ? session.TimeoutMs : Clamp(attach.TimeoutMs);
                Sessions[attach.Session] = new ReferenceSession(timeout, ClockMs, session.Key, attach.Owner);
                break;
            case Command.TouchSessions touch:
                Touch(touch.Sessions);
                break;
            case Command.ServiceResumed:
                Touch([.. Sessions.Keys]);
                break;
            case Command.CloseSession close:
                Refuse(!Sessions.ContainsKey(close.Session), ErrorCode.SessionExpired);
                End(close.Session, ChangeCause.SessionClosed);
                break;
            case Command.ExpireSession expire:
                Expire(expire);
                break;
            case Command.UpdateSettings update:
                Refuse(!update.Bootstrap && !request.Identities.Contains(Identity.Super), ErrorCode.NoAuth);
                Settings = update.Bootstrap && _settingsWereSet ? Settings : update.Settings;
                _settingsWereSet = true;
                break;
            default:
                throw new InvalidOperationException($"the model does not know {command}");
        }

        return new ApplyResult();
    }

    private void Expire(Command.ExpireSession expire)
    {
        var session = Sessions.GetValueOrDefault(expire.Session)
            ?? throw new RefusedException(ErrorCode.SessionExpired);
        Refuse(session.LastTouchMs != expire.LastTouchMs, ErrorCode.BadVersion);
        Refuse(ClockMs <= session.LastTouchMs + session.TimeoutMs, ErrorCode.BadVersion);
        End(expire.Session, ChangeCause.SessionExpired);
    }

    private void End(SessionId id, ChangeCause cause)
    {
        var operations = new ReferenceOperations(this, new Request(new Command.CloseSession(id)));
        operations.RemoveDeepestFirst([.. EphemeralsOf(id)], cause);
        Sessions.Remove(id);
    }

    private void Touch(ImmutableArray<SessionId> ids)
    {
        foreach (var id in ids.Where(Sessions.ContainsKey))
        {
            Sessions[id] = Sessions[id] with { LastTouchMs = ClockMs };
        }
    }

    private int Clamp(int timeoutMs) => Math.Clamp(timeoutMs, Settings.MinTimeoutMs, Settings.MaxTimeoutMs);

    private static void Refuse(bool refused, ErrorCode error)
    {
        if (refused)
        {
            throw new RefusedException(error);
        }
    }
}
