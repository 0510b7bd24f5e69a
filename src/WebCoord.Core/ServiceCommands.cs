using WebCoord.Core.Commands;
using WebCoord.Core.Tree;

namespace WebCoord.Core;

/// <summary>What the commands about the service itself do: settings, feature level, instances.</summary>
internal static class ServiceCommands
{
    public static ApplyResult Update(Command.UpdateSettings command, Transition transition)
    {
        if (command.Bootstrap)
        {
            transition.StoredSettings ??= command.Settings;
            return new ApplyResult();
        }

        if (!transition.Request.Identities.Contains(Identity.Super))
        {
            return ApplyResult.Refused(ErrorCode.NoAuth, "Only the super user may change the settings.");
        }

        if (command.Settings.Problem() is { } problem)
        {
            return ApplyResult.Refused(ErrorCode.BadArguments, problem);
        }

        transition.StoredSettings = command.Settings;
        return new ApplyResult();
    }

    public static ApplyResult Raise(Command.RaiseFeatureLevel command, Transition transition)
    {
        if (command.Level <= transition.FeatureLevel)
        {
            return ApplyResult.Refused(ErrorCode.BadArguments,
                $"The feature level is {transition.FeatureLevel} already; it is never lowered.");
        }

        foreach (var (_, instance) in transition.Instances)
        {
            if (instance.Report.FeatureLevel < command.Level)
            {
                return ApplyResult.Refused(ErrorCode.BadArguments,
                    $"Instance {instance.Report.Name} supports feature level {instance.Report.FeatureLevel}, not "
                    + $"{command.Level}; upgrade it first.");
            }
        }

        transition.FeatureLevel = command.Level;
        return new ApplyResult();
    }

    /// <summary>A name belongs to the instance that used it last: after a crash the new process takes over its own.
    /// </summary>
    public static ApplyResult Heartbeat(Command.InstanceHeartbeat command, Transition transition)
    {
        var replaced = transition.Instances.Values
            .Where(other => other.Report.Name == command.Report.Name && other.Report.Id != command.Report.Id)
            .Select(other => other.Report.Id);
        transition.Instances = transition.Instances.RemoveRange(replaced)
            .SetItem(command.Report.Id, new Instance(command.Report, transition.TimestampMs));
        return new ApplyResult();
    }

    public static ApplyResult Leave(Command.InstanceLeft command, Transition transition)
    {
        var known = transition.Instances.TryGetValue(command.Instance, out var instance);
        if (known && (command.LastHeartbeatMs is null || command.LastHeartbeatMs == instance!.LastHeartbeatMs))
        {
            transition.Instances = transition.Instances.Remove(command.Instance);
        }

        return new ApplyResult();
    }
}
