using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using WebCoord.Scaleout.Tests.Checking;
using WebCoord.Scaleout.Tests.Cluster;

namespace WebCoord.Scaleout.Tests.Load;

/// <summary>A client that reads, writes and swaps a few registers, each call through any of the instances, and records
/// what it asked and what it was told.</summary>
internal sealed class RegisterClient(ServerCluster cluster, Calls calls, string name, string folder,
    RegisterHistory history, Random random)
{
    /// <summary>What each register held when it was last read, with its tag.</summary>
    private readonly Dictionary<string, (string Value, string Tag)> _read = new(StringComparer.Ordinal);
    private int _values;

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (cluster.Running is { Count: > 0 } running)
            {
                var register = history.Registers[random.Next(history.Registers.Count)];
                await CallAsync(running[random.Next(running.Count)].Client, register);
            }

            await Task.Delay(random.Next(5, 25), CancellationToken.None);
        }
    }

    private Task CallAsync(HttpClient client, string register) => random.Next(4) switch
    {
        0 => WriteAsync(client, register),
        1 when _read.TryGetValue(register, out var read) => SwapAsync(client, register, read.Value, read.Tag),
        _ => ReadAsync(client, register),
    };

    private async Task ReadAsync(HttpClient client, string register)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, PathOf(register));
        var begin = Stopwatch.GetTimestamp();
        var reply = await calls.SendAsync(client, request);
        if (reply.Fate == Fate.Done)
        {
            _read[register] = (reply.Body, reply.Tag!);
            Record(register, RegisterCall.Read, reply.Body, null, RegisterOutcome.Done, begin);
        }
        else if (reply.Status == HttpStatusCode.NotFound)
        {
            Record(register, RegisterCall.Read, null, null, RegisterOutcome.Done, begin);
        }
    }

    private async Task WriteAsync(HttpClient client, string register)
    {
        var value = NextValue();
        using var request = Put(register, value);
        var begin = Stopwatch.GetTimestamp();
        var reply = await calls.SendAsync(client, request);
        Assert.False(reply.Fate == Fate.Refused, $"A plain write was refused: {reply}");
        if (reply.Fate != Fate.NotTaken)
        {
            Record(register, RegisterCall.Write, value, null, OutcomeOf(reply), begin);
        }
    }

    private async Task SwapAsync(HttpClient client, string register, string expected, string tag)
    {
        var value = NextValue();
        using var request = Put(register, value);
        request.Headers.IfMatch.Add(EntityTagHeaderValue.Parse(tag));
        var begin = Stopwatch.GetTimestamp();
        var reply = await calls.SendAsync(client, request);
        Assert.True(reply.Fate != Fate.Refused || reply.Status == HttpStatusCode.PreconditionFailed,
            $"A swap was refused: {reply}");
        if (reply.Fate != Fate.NotTaken)
        {
            Record(register, RegisterCall.Swap, value, expected, OutcomeOf(reply), begin);
        }
    }

    private static RegisterOutcome OutcomeOf(Reply reply) => reply.Fate switch
    {
        Fate.Done => RegisterOutcome.Done,
        Fate.Refused => RegisterOutcome.Refused,
        _ => RegisterOutcome.Unknown,
    };

    private void Record(string register, RegisterCall call, string? value, string? expected, RegisterOutcome outcome,
        long begin) => history.Add(register,
            new RegisterOperation(name, call, value, expected, outcome, begin, Stopwatch.GetTimestamp()));

    private HttpRequestMessage Put(string register, string value) =>
        new(HttpMethod.Put, PathOf(register) + "?createParents=true") { Content = new StringContent(value) };

    private string PathOf(string register) => $"v1/data{folder}/{register}";

    private string NextValue() => string.Create(CultureInfo.InvariantCulture, $"{name}-{++_values}");
}
