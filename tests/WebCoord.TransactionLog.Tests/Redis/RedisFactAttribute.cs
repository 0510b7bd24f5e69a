namespace WebCoord.TransactionLog.Tests.Redis;

/// <summary>A test that needs a real <see cref="RedisServer"/>. Where the program is missing it is skipped and says
/// so; with <c>WEBCOORD_REQUIRE_PROGRAMS=1</c>, as <c>tests/run.sh</c> sets it, it runs and fails.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RedisFactAttribute : FactAttribute
{
    public RedisFactAttribute() => Skip = RedisServer.WhyMissing;
}
