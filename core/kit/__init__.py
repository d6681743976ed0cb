"""The ground: tools that know nothing of the business."""
