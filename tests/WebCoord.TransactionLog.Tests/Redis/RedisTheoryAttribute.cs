namespace WebCoord.TransactionLog.Tests.Redis;

/// <summary>What <see cref="RedisFactAttribute"/> is for one test, for a test with cases.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RedisTheoryAttribute : TheoryAttribute
{
    public RedisTheoryAttribute() => Skip = RedisServer.WhyMissing;
}
