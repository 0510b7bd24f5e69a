using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using WebCoord.Core.Commands;
using WebCoord.Server.Contract;

namespace WebCoord.Server.Rest;

/// <summary><c>/v1/settings</c>: the limits and rules that are part of the state.</summary>
internal static class SettingsApi
{
    private static readonly BodyLimit Limit = new(16 << 10, "a settings body");

    private static readonly SettingsValidator Validator = new();

    public static void MapSettings(this IEndpointRouteBuilder api)
    {
        var settings = api.MapGroup("/settings").WithTags("settings");
        settings.Refuses(400, 401, 410, 503);
        settings.MapGet("", Get).WithName("getSettings").WithSummary("Read the settings of the service");
        settings.MapPut("", PutAsync).WithName("putSettings").WithSummary("Replace the settings of the service")
            .WithDescription("Needs super: 'Authorization: Basic' with the name and password of "
                + "WebCoord:ZooKeeper:SuperDigest.")
            .Accepts<SettingsBody>("application/json").Refuses(403, 408, 413, 415, 429, 504);
    }

    private static Ok<SettingsBody> Get(RequestContext request, [AsParameters] ReadQuery query) =>
        TypedResults.Ok(SettingsBody.From(request.State.Settings));

    private static async Task<Results<Ok<SettingsBody>, ProblemResult>> PutAsync(RequestContext request,
        NodeWrites writes, [AsParameters] WriteQuery query)
    {
        var (body, problem) = await RequestBody.ReadJsonAsync<SettingsBody>(request, Limit);
        problem ??= Check(body!);
        if (problem is not null)
        {
            return new ProblemResult(problem);
        }

        var settings = body!.ToSettings();
        var result = await writes.SubmitAsync(request, new Command.UpdateSettings(settings, Bootstrap: false));
        return result.Succeeded
            ? TypedResults.Ok(SettingsBody.From(settings))
            : new ProblemResult(writes.Failure(request, result, TagView.Data, createOnly: false));
    }

    private static ProblemBody? Check(SettingsBody body)
    {
        var form = Validator.Validate(body);
        if (!form.IsValid)
        {
            return Problems.BadArguments(Translation.Refused(form).Errors!);
        }

        return body.ToSettings().Problem() is { } problem
            ? Problems.BadArgument(FieldOf(problem), problem.TrimEnd('.'))
            : null;
    }

    /// <summary>The sentence begins with the setting's name.</summary>
    private static string FieldOf(string problem) =>
        JsonNamingPolicy.CamelCase.ConvertName(problem[..problem.IndexOf(' ', StringComparison.Ordinal)]);
}
