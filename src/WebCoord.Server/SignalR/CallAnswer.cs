using Microsoft.AspNetCore.SignalR;
using WebCoord.Core;

namespace WebCoord.Server.SignalR;

/// <summary>
/// What a call is answered with. SignalR writes it some time after the method returned, so the answer brings its turn
/// along, and <see cref="ProblemTellingProtocol"/> ends that when the answer is in the connection's output: an event
/// that is sent then comes after it.
/// </summary>
internal sealed class CallAnswer
{
    private readonly AnswerTurn? _turn;
    private HubConnection? _caller;

    private CallAnswer(AnswerTurn? turn, object? body, string? problem)
    {
        _turn = turn;
        Body = body;
        Problem = problem;
    }

    /// <summary>Null when there is nothing to say, or the call failed.</summary>
    public object? Body { get; }

    /// <summary>The problem document of a failed call.</summary>
    public string? Problem { get; }

    public static CallAnswer Of(HubException problem) => new(null, null, problem.Message);

    /// <summary>Answers from the state of the turn, once the events that it includes are sent.</summary>
    public static async Task<CallAnswer> InTurnAsync(AnswerTurn turn, Func<CoordinationState, object?> answer)
    {
        await turn.Ready;
        try
        {
            return new CallAnswer(turn, answer(turn.State), null);
        }
        catch (HubException problem)
        {
            return new CallAnswer(turn, null, problem.Message);
        }
        catch
        {
            turn.End();
            throw;
        }
    }

    /// <summary>Counts the call as under way on its connection until it is written.</summary>
    public void Occupy(HubConnection caller) => _caller = caller;

    /// <summary>It is written, or will not be.</summary>
    public void Written()
    {
        _turn?.End();
        Interlocked.Exchange(ref _caller, null)?.EndCall();
    }
}
