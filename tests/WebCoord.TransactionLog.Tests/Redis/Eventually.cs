using System.Diagnostics;

namespace WebCoord.TransactionLog.Tests.Redis;

/// <summary>Waits for what comes about by itself.</summary>
internal static class Eventually
{
    public static async Task HoldsAsync(Func<Task<bool>> condition)
    {
        for (var watch = Stopwatch.StartNew(); !await condition(); await Task.Delay(10))
        {
            Assert.True(watch.Elapsed < Puts.Patience, "What the test waits for does not come about.");
        }
    }
}
