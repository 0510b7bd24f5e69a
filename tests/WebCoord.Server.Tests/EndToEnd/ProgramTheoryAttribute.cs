namespace WebCoord.Server.Tests.EndToEnd;

/// <summary>What <see cref="ProgramFactAttribute"/> is for one test, for a test with cases.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ProgramTheoryAttribute : TheoryAttribute
{
    public ProgramTheoryAttribute(params string[] programs)
    {
        Programs = programs;
        Skip = new ProgramFactAttribute(programs).Skip;
    }

    public IReadOnlyList<string> Programs { get; }
}
