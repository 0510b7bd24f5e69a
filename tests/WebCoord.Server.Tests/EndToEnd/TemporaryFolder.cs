namespace WebCoord.Server.Tests.EndToEnd;

/// <summary>A new empty folder that goes, with all that is in it, when it is disposed.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("webcoord-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
