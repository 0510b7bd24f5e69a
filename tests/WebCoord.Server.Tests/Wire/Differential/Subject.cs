namespace WebCoord.Server.Tests.Wire.Differential;

/// <summary>One of the two servers, with the connections and sessions that the acts of a sequence have there.</summary>
/// <param name="port">Where the server listens.</param>
/// <param name="slots">How many connections there may be at once.</param>
internal sealed class Subject(int port, int slots) : IAsyncDisposable
{
    private readonly Slot[] _slots = [.. Enumerable.Range(0, slots).Select(_ => new Slot(port))];

    /// <summary>Changes what was received, or takes it away: to see whether a comparison notices.</summary>
    public Func<WireMessage, WireMessage?> Tamper
    {
        set
        {
            foreach (var slot in _slots)
            {
                slot.Tamper = value;
            }
        }
    }

    /// <summary>Performs an act, and waits until every connection has received what it caused.</summary>
    public async Task<ActAnswers> PerformAsync(Act act, Scope scope)
    {
        foreach (var slot in _slots)
        {
            slot.Forget();
        }

        await PerformAsync(_slots[act.Slot], act, scope);
        await Task.WhenAll(_slots.Select(slot => slot.SettleAsync()));
        scope.Note(Math.Max(scope.NewestZxid, _slots.Max(slot => slot.LastZxid)));
        return new ActAnswers([.. _slots.Select(slot => slot.Observed.ToList())]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var slot in _slots)
        {
            await slot.DropAsync();
        }
    }

    private static Task PerformAsync(Slot slot, Act act, Scope scope) => act switch
    {
        Act.Connect connect => slot.ConnectAsync(connect.Kind, connect.Timeout),
        Act.Send send => slot.SendAsync(send.Requests, scope),
        Act.Break broken => slot.BreakAsync(broken.Bytes),
        _ => throw new InvalidOperationException($"No such act: {act}"),
    };
}
