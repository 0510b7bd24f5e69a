// Creates, reads, changes and deletes a node three levels deep through the client that is generated from the document.
using Generated;

const string path = "generated/csharp/leaf";
using var http = new HttpClient();
var client = new WebCoordClient(args[0], http);

var created = await client.CreateNodeAsync(path, new CreateNodeBody { Data = "one", CreateParents = true });
Check(created.Path == "/" + path, "it has the path that was asked for");

var read = await client.GetNodeAsync(path);
Check(read.Data == "one", "its data is what was written");

var changed = await client.PutNodeAsync(path, new PutNodeBody { Data = "two" }, if_Match: read.Etag);
Check(changed.Stat.Version == 1, "a change under the right tag makes version 1");

var refused = await RefusedAsync(
    () => client.PutNodeAsync(path, new PutNodeBody { Data = "three" }, if_Match: read.Etag));
Check(refused is { StatusCode: 412, Result.Code: "bad-version" }, "the tag fits only once");

await client.DeleteNodeAsync(path);
var gone = await RefusedAsync(() => client.GetNodeAsync(path));
Check(gone is { StatusCode: 404, Result.Code: "no-node" }, "it is gone");

Console.WriteLine("created, read, changed, refused and deleted");

static void Check(bool holds, string what)
{
    if (!holds)
    {
        throw new InvalidOperationException($"This does not hold: {what}");
    }
}

static async Task<WebCoordException<ProblemBody>?> RefusedAsync(Func<Task> call)
{
    try
    {
        await call();
        return null;
    }
    catch (WebCoordException<ProblemBody> refusal)
    {
        return refusal;
    }
}
