package kubelet

import (
	"errors"
	"fmt"
	"regexp"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// The numbers of the fields that are read, of the published PodResources v1.
const (
	listPods = 1 // ListPodResourcesResponse

	podName, podNamespace, podContainers = 1, 2, 3 // PodResources

	containerName, containerDevices, containerClaims = 1, 2, 5 // ContainerResources

	devicesResource, devicesIDs = 1, 2 // ContainerDevices

	claimResources = 4 // DynamicResource

	resourceDriver, resourceDevice = 2, 4 // ClaimResource
)

var errText = errors.New("a text is no UTF-8")

// decode reads the containers with a device of interest in an answer, and passes over all else. names are the resources of interest.
func decode(answer []byte, names *regexp.Regexp) ([]Container, error) {
	var out []Container

	err := fields(answer, func(field protowire.Number, pod []byte) error {
		if field != listPods {
			return nil
		}

		containers, err := decodePod(pod, names)
		out = append(out, containers...)

		return err
	})

	return out, err
}

// fields visits the fields of a message that have a length: texts and messages.
func fields(message []byte, visit func(field protowire.Number, value []byte) error) error {
	for len(message) > 0 {
		field, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return protowire.ParseError(n)
		}

		message = message[n:]

		size := protowire.ConsumeFieldValue(field, kind, message)
		if size < 0 {
			return fmt.Errorf("field %d: %w", field, protowire.ParseError(size))
		}

		if kind == protowire.BytesType {
			value, _ := protowire.ConsumeBytes(message)
			if err := visit(field, value); err != nil {
				return err
			}
		}

		message = message[size:]
	}

	return nil
}

// text keeps a text.
func text(into *string, value []byte) error {
	if !utf8.Valid(value) {
		return errText
	}

	*into = string(value)

	return nil
}

func decodePod(pod []byte, names *regexp.Regexp) ([]Container, error) {
	var (
		name, namespace string
		out             []Container
	)

	err := fields(pod, func(field protowire.Number, value []byte) error {
		switch field {
		case podName:
			return text(&name, value)
		case podNamespace:
			return text(&namespace, value)
		case podContainers:
			container, err := decodeContainer(value, names)
			if len(container.Devices) > 0 {
				out = append(out, container)
			}

			return err
		default:
			return nil
		}
	})

	for i := range out {
		out[i].Pod, out[i].Namespace = name, namespace
	}

	return out, err
}

func decodeContainer(message []byte, names *regexp.Regexp) (Container, error) {
	var (
		container Container
		claimed   []Device
	)

	err := fields(message, func(field protowire.Number, value []byte) error {
		switch field {
		case containerName:
			return text(&container.Name, value)
		case containerDevices:
			devices, err := decodeDevices(value, names)
			container.Devices = append(container.Devices, devices...)

			return err
		case containerClaims:
			devices, err := decodeClaim(value, names)
			claimed = append(claimed, devices...)

			return err
		default:
			return nil
		}
	})
	container.Devices = append(container.Devices, claimed...)

	return container, err
}

func decodeDevices(message []byte, names *regexp.Regexp) ([]Device, error) {
	var (
		resource string
		devices  []Device
	)

	err := fields(message, func(field protowire.Number, value []byte) error {
		switch field {
		case devicesResource:
			return text(&resource, value)
		case devicesIDs:
			devices = append(devices, Device{})

			return text(&devices[len(devices)-1].ID, value)
		default:
			return nil
		}
	})

	if !names.MatchString(resource) {
		return nil, err
	}

	for i := range devices {
		devices[i].Resource = resource
	}

	return devices, err
}

func decodeClaim(message []byte, names *regexp.Regexp) ([]Device, error) {
	var devices []Device

	err := fields(message, func(field protowire.Number, value []byte) error {
		if field != claimResources {
			return nil
		}

		var device Device

		err := fields(value, func(field protowire.Number, value []byte) error {
			switch field {
			case resourceDriver:
				return text(&device.Resource, value)
			case resourceDevice:
				return text(&device.ID, value)
			default:
				return nil
			}
		})

		if names.MatchString(device.Resource) {
			devices = append(devices, device)
		}

		return err
	})

	return devices, err
}
