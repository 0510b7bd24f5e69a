using WebCoord.Server.Tests.EndToEnd;

namespace WebCoord.Server.Tests.SignalR;

/// <summary>A test that runs a script of <c>tests/clients/hub</c>: it needs Node, the packages of that folder, and for
/// the page Chromium. What is missing skips it, unless <c>WEBCOORD_REQUIRE_PROGRAMS=1</c>.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class HubProgramFactAttribute : FactAttribute
{
    public HubProgramFactAttribute(params string[] programs)
    {
        Programs = programs;
        Skip = new ProgramFactAttribute(programs).Skip;
        if (Skip is null && Environment.GetEnvironmentVariable("WEBCOORD_REQUIRE_PROGRAMS") != "1"
            && !Directory.Exists(Repository.PathOf("tests", "clients", "hub", "node_modules")))
        {
            Skip = "Needs the npm packages of tests/clients/hub; tests/run.sh installs them.";
        }
    }

    public IReadOnlyList<string> Programs { get; }
}
