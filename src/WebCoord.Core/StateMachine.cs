using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using WebCoord.Core.Commands;
using WebCoord.Core.Sessions;
using WebCoord.Core.Tree;

namespace WebCoord.Core;

/// <summary>
/// The only door into the state: entries of the log go in, in order, and states, results and changes come out, the same
/// on every instance and at every restart. It has no clock, no I/O, no randomness and no threads. Versions, ACLs,
/// quotas and limits are judged here and nowhere else, so two instances that append at once need no lock.
/// </summary>
public sealed class StateMachine(CoordinationState state)
{
    /// <summary>A longer silence than this many ticks means that the service itself was away.</summary>
    private const int AwayTicks = 3;

    /// <summary>The state after the last entry applied.</summary>
    public CoordinationState State { get; private set; } = state;

    /// <summary>Applies the next entry of the log.</summary>
    /// <returns>One result per request, in order.</returns>
    /// <exception cref="InvalidOperationException">The entry does not come after the state: a bug in the caller, or
    /// another log.</exception>
    [SuppressMessage("Design", "CA1031", Justification =
        "A bug met inside one command must be an error of that command on every instance, not the end of them all.")]
    public ImmutableArray<ApplyResult> Apply(LogEntry entry)
    {
        if (entry.FirstZxid <= State.LastZxid)
        {
            throw new InvalidOperationException($"entry {entry.FirstZxid} applied to a state at {State.LastZxid}");
        }

        var before = AdvanceClock(State, entry);
        try
        {
            return ApplyAll(before, entry, Apply);
        }
        catch (Exception bug) when (bug is not OutOfMemoryException)
        {
            // Whichever request it was, it was in the midst of changing what it shares with the others of its batch.
            return ApplyAll(before, entry, ApplyGuarded);
        }
    }

    private ImmutableArray<ApplyResult> ApplyAll(CoordinationState before, LogEntry entry,
        Func<Request, Transition, ApplyResult> apply)
    {
        var zxid = entry.FirstZxid;
        var transition = new Transition(before, zxid);
        var results = ImmutableArray.CreateBuilder<ApplyResult>(entry.Requests.Length);
        foreach (var request in entry.Requests)
        {
            transition.Begin(request, zxid);
            var result = apply(request, transition);
            result.Zxid = zxid;
            results.Add(result);
            zxid = new Zxid(zxid.Value + 1);
        }

        State = transition.Finish();
        return results.MoveToImmutable();
    }

    /// <summary>Moves the log clock: never back, and by at most a tick per entry, so that a jump of the wall clock or
    /// an absence of the whole service ages no session. After an absence, and in a new epoch, for which the log was
    /// away, all timeouts start afresh.</summary>
    private static CoordinationState AdvanceClock(CoordinationState state, LogEntry entry)
    {
        var elapsed = entry.TimestampMs - state.TimestampMs;
        var clock = state.LogClockMs + Math.Clamp(elapsed, 0, state.Settings.TickMs);
        var isNewEpoch = entry.LastZxid.Epoch > state.LastZxid.Epoch;
        var away = state.LastZxid != Zxid.None && (elapsed > (long)AwayTicks * state.Settings.TickMs
            || (isNewEpoch && state.FeatureLevel >= CoordinationState.RegressionLevel));
        return state with
        {
            LastZxid = entry.LastZxid,
            ChainHash = entry.ChainHash,
            TimestampMs = entry.TimestampMs,
            LogClockMs = clock,
            Sessions = away ? SessionCommands.Refresh(state.Sessions, clock) : state.Sessions,
            Epochs = isNewEpoch
                ? state.Epochs.SetItem(entry.LastZxid.Epoch, state.LastZxid)
                : state.Epochs,
        };
    }

    private static ApplyResult Apply(Request request, Transition transition)
    {
        var refusal = SessionCommands.Judge(transition);
        var result = refusal is null ? Apply(request.Command, transition) : Refused(request.Command, refusal);
        if (result.Succeeded)
        {
            result.Changes = transition.Accept();
        }
        else
        {
            transition.Refuse();
        }

        return result;
    }

    /// <summary>As <see cref="Apply(Request, Transition)"/>, and at a price that is paid only in a batch with a bug:
    /// each request begins with what it can go back to.</summary>
    [SuppressMessage("Design", "CA1031", Justification =
        "A bug met inside one command must be an error of that command on every instance, not the end of them all.")]
    private static ApplyResult ApplyGuarded(Request request, Transition transition)
    {
        transition.Save();
        try
        {
            return Apply(request, transition);
        }
        catch (Exception bug) when (bug is not OutOfMemoryException)
        {
            transition.Refuse();
            return new ApplyResult { Error = ErrorCode.InternalError, Detail = bug.ToString() };
        }
    }

    private static ApplyResult Apply(Command command, Transition transition) => command switch
    {
        Command.Multi multi => ApplyEach(multi, transition),
        Command.CreateSession create => SessionCommands.Create(create, transition),
        Command.AttachSession attach => SessionCommands.Attach(attach, transition),
        Command.TouchSessions touch => SessionCommands.Touch(touch, transition),
        Command.CloseSession close => SessionCommands.Close(close, transition),
        Command.ExpireSession expire => SessionCommands.Expire(expire, transition),
        Command.EndSessions end => SessionCommands.EndMany(end, transition),
        Command.ServiceResumed => SessionCommands.Resume(transition),
        Command.Reap reap => DeleteCommands.Reap(reap, transition),
        Command.UpdateSettings update => ServiceCommands.Update(update, transition),
        Command.RaiseFeatureLevel raise => ServiceCommands.Raise(raise, transition),
        Command.InstanceHeartbeat heartbeat => ServiceCommands.Heartbeat(heartbeat, transition),
        Command.InstanceLeft left => ServiceCommands.Leave(left, transition),
        _ => ApplyToNode(command, transition),
    };

    private static ApplyResult ApplyToNode(Command command, Transition transition) => command switch
    {
        Command.Create create => NodeCommands.Create(create, transition),
        Command.SetData set => NodeCommands.SetData(set, transition),
        Command.Put put => NodeCommands.Put(put, transition),
        Command.SetAcl set => NodeCommands.SetAcl(set, transition),
        Command.Check check => NodeCommands.Check(check, transition),
        Command.Delete delete => DeleteCommands.Delete(delete, transition),
        Command.DeleteRecursive delete => DeleteCommands.DeleteRecursive(delete, transition),
        _ => throw new UnreachableException($"{command.GetType().Name} is no operation on a node"),
    };

    /// <summary>Each operation sees what the earlier ones did; the first failure undoes them all.</summary>
    private static ApplyResult ApplyEach(Command.Multi multi, Transition transition)
    {
        if (multi.Operations.Length > CommandFacts.MaxOperations)
        {
            return ApplyResult.Refused(ErrorCode.TooLarge, $"The transaction has {multi.Operations.Length} operations; "
                + $"the most is {CommandFacts.MaxOperations}. Split it.");
        }

        var bytes = multi.Operations.Sum(CommandFacts.ContentBytes);
        if (bytes > transition.Settings.MaxTransactionBytes)
        {
            return ApplyResult.Refused(ErrorCode.TooLarge,
                $"The transaction has {bytes} bytes of paths and data; MaxTransactionBytes is "
                + $"{transition.Settings.MaxTransactionBytes}. Split it.");
        }

        transition.Save();
        var results = ImmutableArray.CreateBuilder<ApplyResult>(multi.Operations.Length);
        foreach (var operation in multi.Operations)
        {
            var result = CommandFacts.IsNodeOperation(operation)
                ? ApplyToNode(operation, transition)
                : ApplyResult.Refused(ErrorCode.BadArguments, "Only operations on nodes can be in a transaction.");
            result.Zxid = transition.Zxid;
            results.Add(result);
            if (!result.Succeeded)
            {
                return Undone(multi, results.Count - 1, result);
            }
        }

        return new ApplyResult { Operations = results.ToImmutable() };
    }

    /// <summary>A transaction whose session is gone fails at its first operation (zookeeper-protocol section 3.3); one
    /// on a connection that lost its session fails as a whole.</summary>
    private static ApplyResult Refused(Command command, ApplyResult refusal) =>
        command is Command.Multi { Operations.Length: > 0 } multi && refusal.Error == ErrorCode.SessionExpired
            ? Undone(multi, 0, refusal)
            : refusal;

    private static ApplyResult Undone(Command.Multi multi, int failed, ApplyResult failure)
    {
        var reported = multi.Operations.Select((_, index) => index switch
        {
            _ when index < failed => new ApplyResult(),
            _ when index == failed => failure,
            _ => new ApplyResult { Error = ErrorCode.RuntimeInconsistency },
        });
        return failure with { Operations = [.. reported] };
    }
}
