namespace WebCoord.Server.Tests.EndToEnd.HttpFiles;

/// <summary>The files in <c>http/</c> against a running server.</summary>
public sealed class HttpFileTests(RunningServer server) : IClassFixture<RunningServer>
{
    public static TheoryData<string> Files => [.. HttpFileReplay.Names];

    [Theory]
    [MemberData(nameof(Files))]
    public Task Every_request_of_a_file_is_answered_as_it_says_and_the_file_can_be_run_again(string name) =>
        new HttpFileReplay(server.Client).RunTwiceAsync(name);
}
