using Microsoft.AspNetCore.SignalR;

namespace WebCoord.Server.Tests.SignalR;

/// <summary>Lets time pass between the end of a call and the writing of its answer, as on a busy machine.</summary>
internal sealed class LateAnswers : IHubFilter
{
    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext,
        Func<HubInvocationContext, ValueTask<object?>> next)
    {
        var answer = await next(invocationContext);
        await Task.Delay(3);
        return answer;
    }
}
