namespace WebCoord.Server.Tests.EndToEnd.Durability;

/// <summary>A test that mounts a file system, which only root may do. For others it is skipped and says so, unless
/// <c>WEBCOORD_REQUIRE_PROGRAMS=1</c>.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute()
    {
        if (!Environment.IsPrivilegedProcess && Environment.GetEnvironmentVariable("WEBCOORD_REQUIRE_PROGRAMS") != "1")
        {
            Skip = "Mounts a small file system, which only root may do.";
        }
    }
}
