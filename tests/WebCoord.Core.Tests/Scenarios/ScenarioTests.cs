using System.Runtime.CompilerServices;
using System.Text;

namespace WebCoord.Core.Tests.Scenarios;

/// <summary>
/// Runs the transcripts beside this file: blocks of commands, a line <c>----</c>, and what they give, up to an empty
/// line. With the environment variable <c>REWRITE=1</c> the results are written anew, to be read as a diff. The
/// commands are described at <see cref="Scenario"/>.
/// </summary>
public sealed class ScenarioTests
{
    private const string Separator = "----";

    public static TheoryData<string> Files =>
        [.. Directory.EnumerateFiles(Folder(), "*.txt").Select(file => Path.GetFileName(file))
            .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void The_transcript_is_what_happens(string file)
    {
        var path = Path.Combine(Folder(), file);
        var written = File.ReadAllText(path);
        var happened = Run(written);
        if (Environment.GetEnvironmentVariable("REWRITE") == "1")
        {
            File.WriteAllText(path, happened);
        }
        else
        {
            Assert.Equal(written, happened, ignoreLineEndingDifferences: true);
        }
    }

    private static string Run(string text)
    {
        var scenario = new Scenario();
        var transcript = new StringBuilder();
        var results = new List<string>();
        var expecting = false;
        foreach (var line in text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'))
        {
            expecting &= line.Length > 0;
            if (expecting)
            {
                continue;
            }

            transcript.Append(line).Append('\n');
            if (line == Separator)
            {
                expecting = true;
                results.AddRange(scenario.Flush());
                results.ForEach(result => transcript.Append(result).Append('\n'));
                results.Clear();
            }
            else if (line.Length > 0 && line[0] != '#')
            {
                results.AddRange(scenario.Run(line));
            }
        }

        return transcript.ToString();
    }

    private static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
