namespace WebCoord.Benchmarks.Rest;

/// <summary>One kind of request, as a script for <c>wrk</c>.</summary>
internal sealed record Workload(string Name, string Path, string ScriptFile)
{
    /// <summary>Writes the script into the folder.</summary>
    public static Workload Create(string folder, string name, string method, string path, string? body)
    {
        var script = System.IO.Path.Combine(folder, name.Replace('/', '-').Replace(' ', '-') + ".lua");
        File.WriteAllText(script, body is null ? $"wrk.method = '{method}'\n" : $"""
            wrk.method = '{method}'
            wrk.body = '{body}'
            wrk.headers['Content-Type'] = 'application/json'

            """);
        return new Workload(name, path, script);
    }
}
